import { DEFAULT_RETENTION_DAYS, type Redaction, type SampleRates } from '@heartwood/protocol'
import type { Directory } from '../../auth/directory.ts'
import { HeartwoodError } from '../../errors.ts'
import type { EventStore } from '../../store/events/event-store.ts'
import type { MetaStore, Project, ProjectPatch } from '../../store/meta/meta-store.ts'
import { toSlug } from './slug.ts'

export interface ProjectsDeps {
  meta: MetaStore
  directory: Directory
  events: Pick<EventStore, 'deleteProject'>
  /** Resolves when events that were on their way into the store are there, so that they can be deleted. Default: at once. */
  settled?: () => Promise<void>
  /** Removes what could not be stored of a project; called when nothing of it is on its way any more. Default: nothing. */
  discardDeadLetters?: (projectId: number) => Promise<void>
  /** What is wrong with a redaction pattern; undefined when nothing is. */
  checkPattern: (pattern: string) => string | undefined
  now?: () => number
}

type ProjectChange = Omit<ProjectPatch, 'sampleRates'> & { sampleRates?: SampleRates }

export interface Projects {
  list(): readonly Project[]
  /** By id or slug, from memory. */
  find(ref: string): Promise<Project | undefined>
  /**
   * What the path of an event needs to know, from memory.
   * @throws HeartwoodError `project-not-found` when it was deleted since its key was checked
   */
  settings(projectId: number): { retentionDays: number; redaction: Redaction; sampleRates: SampleRates; sampleRatesAt: number | undefined }
  create(name: string, retentionDays?: number): Promise<Project>
  /** @throws HeartwoodError `pattern-invalid`, `project-not-found` */
  update(project: Project, patch: ProjectChange): Promise<Project>
  /**
   * Hides the project and revokes its keys at once, then deletes its events; those that still wait in the queue are never stored. When that fails
   * halfway, `resumeDeletions` goes on.
   * @throws HeartwoodError `confirmation-wrong`, `project-not-found`, `engine-unavailable`
   */
  remove(project: Project, typedName: string): Promise<void>
  /** Ends deletions that were begun and failed, by this run of the server or an earlier one. */
  resumeDeletions(): Promise<void>
}

/** How long a deletion waits for the event store before it says that the rest comes later. */
const SETTLE_MS = 5_000

export function createProjects({ meta, directory, events, settled, discardDeadLetters, checkPattern, now = Date.now }: ProjectsDeps): Projects {
  const finish = async (id: number): Promise<void> => {
    await within(SETTLE_MS, settled?.())
    await discardDeadLetters?.(id)
    await events.deleteProject(id)
    await meta.projects.finishDeletion(id)
  }

  return {
    list: directory.projects,
    find: async (ref) => directory.findProject(ref),

    settings(projectId) {
      const project = directory.project(projectId)
      if (project === undefined) throw notThere(projectId)
      return project
    },

    async create(name, retentionDays = DEFAULT_RETENTION_DAYS) {
      const redaction = { keys: [], patterns: [] }
      const project = await meta.projects.create({ name, wantedSlug: toSlug(name), retentionDays, redaction, createdAt: now() })
      await directory.refresh()
      return project
    },

    async update({ id }, { sampleRates, ...patch }) {
      for (const pattern of patch.redaction?.patterns ?? []) {
        const problem = checkPattern(pattern)
        if (problem !== undefined) {
          throw new HeartwoodError('pattern-invalid', `The pattern “${pattern}” cannot be used: ${problem}`, { details: { pattern, problem } })
        }
      }
      const changed = await meta.projects.update(id, sampleRates === undefined ? patch : { ...patch, sampleRates: { rates: sampleRates, at: now() } })
      if (changed === undefined) throw notThere(id)
      await directory.refresh()
      return changed
    },

    async remove({ id, name }, typedName) {
      if (typedName.normalize('NFC') !== name.normalize('NFC')) {
        throw new HeartwoodError('confirmation-wrong', `“${typedName}” is not the name of this project.`)
      }
      if (!(await meta.projects.startDeletion(id, now()))) throw notThere(id)
      await directory.refresh()
      await finish(id)
    },

    async resumeDeletions() {
      for (const id of await meta.projects.inDeletion()) await finish(id)
    },
  }
}

async function within(ms: number, work: Promise<void> = Promise.resolve()): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    const message = 'The project is gone; its events are deleted when the event store answers again.'
    timer = setTimeout(() => reject(new HeartwoodError('engine-unavailable', message)), ms)
  })
  await Promise.race([work, late]).finally(() => clearTimeout(timer))
}

const notThere = (id: number): HeartwoodError => new HeartwoodError('project-not-found', `Project ${id} is not there any more.`)
