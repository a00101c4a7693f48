import type { FastifyInstance } from 'fastify'
import { HeartwoodError } from '../../errors.ts'
import { abortOnClose } from '../../http/abort-on-close.ts'
import type { Caller } from '../../http/caller.ts'
import { handle } from '../../http/route.ts'
import type { Timeline } from './service.ts'

interface ProjectName {
  id: number
  name: string
  slug: string
}

export interface TimelineRoutesDeps {
  timeline: Timeline
  /** @throws HeartwoodError `project-not-found`, `project-forbidden` */
  resolveProject(caller: Caller, ref: string | undefined): ProjectName
  /** All there are. */
  projects(): readonly ProjectName[]
}

export function registerTimeline(app: FastifyInstance, { timeline, resolveProject, projects }: TimelineRoutesDeps): void {
  /** A key reads its own project, people and the local administrator read all. */
  const visibleTo = (caller: Caller): readonly ProjectName[] => (caller.kind === 'key' ? [resolveProject(caller, undefined)] : projects())

  const find = async (visible: readonly ProjectName[], id: string, signal: AbortSignal) => {
    const ids = visible.map((project) => project.id)
    const { found, partial } = await timeline.find(ids, id, signal)
    const named = found.flatMap(({ projectId, lastSeen }) => {
      const project = visible.find((candidate) => candidate.id === projectId)
      return project === undefined ? [] : [{ project, lastSeen }]
    })
    return { named, partial }
  }

  /** The project that is meant: the one that is named, else the only one that has the id. */
  const projectOf = async (caller: Caller, ref: string | undefined, id: string, signal: AbortSignal): Promise<number> => {
    const visible = visibleTo(caller)
    const [first] = visible
    if (ref !== undefined || first === undefined) return resolveProject(caller, ref).id
    if (visible.length === 1) return first.id
    const { named, partial } = await find(visible, id, signal)
    if (named.length > 1) {
      const slugs = named.map(({ project }) => project.slug).join(', ')
      throw new HeartwoodError('validation-failed', `Events of several projects carry this id; name one of them: ${slugs}.`, {
        details: [{ place: 'query', path: 'project', message: `expected one of ${slugs}` }],
      })
    }
    if (partial !== null) {
      throw new HeartwoodError('validation-failed', 'The search for the projects that have this id was stopped before its end; name the project.', {
        details: [{ place: 'query', path: 'project', message: 'expected the project that is meant' }],
      })
    }
    return named[0]?.project.id ?? first.id
  }

  handle(app, 'timeline', async ({ caller, params, query, reply }) => {
    const signal = abortOnClose(reply)
    return timeline.read(await projectOf(caller, query.project, params.id, signal), params.id, query, signal)
  })

  handle(app, 'timelineProjects', async ({ caller, params, reply }) => {
    const { named, partial } = await find(visibleTo(caller), params.id, abortOnClose(reply))
    return { projects: named.map(({ project: { id, name, slug }, lastSeen }) => ({ id: String(id), name, slug, lastSeen })), partial }
  })
}
