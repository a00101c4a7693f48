import type { FastifyInstance } from 'fastify'
import { refusal } from '../../auth/access.ts'
import type { Directory } from '../../auth/directory.ts'
import { resolveProject } from '../../auth/resolve-project.ts'
import { HeartwoodError } from '../../errors.ts'
import { handle } from '../../http/route.ts'
import { toKeyJson, toProjectJson } from './json.ts'
import type { Keys } from './keys.ts'
import type { Projects } from './projects.ts'

export interface ProjectRoutesDeps {
  projects: Projects
  keys: Keys
  directory: Directory
}

export function registerProjects(app: FastifyInstance, { projects, keys, directory }: ProjectRoutesDeps): void {
  handle(app, 'listProjects', async ({ caller }) => {
    const visible = caller.kind === 'key' ? [resolveProject(directory, caller, undefined)] : projects.list()
    return { projects: visible.map(toProjectJson) }
  })

  handle(app, 'createProject', async ({ body }) => toProjectJson(await projects.create(body.name, body.retentionDays)))

  handle(app, 'updateProject', async ({ caller, params, body: { name, retentionDays, redaction, sampleRates } }) => {
    const project = resolveProject(directory, caller, params.project)
    const patch = {
      ...(name === undefined ? {} : { name }),
      ...(retentionDays === undefined ? {} : { retentionDays }),
      ...(redaction === undefined ? {} : { redaction }),
      ...(sampleRates === undefined ? {} : { sampleRates }),
    }
    return toProjectJson(await projects.update(project, patch))
  })

  handle(app, 'deleteProject', async ({ caller, params, query }) => {
    await projects.remove(resolveProject(directory, caller, params.project), query.confirm)
    return { ok: true }
  })

  handle(app, 'listKeys', async ({ caller, query }) => {
    const project = resolveProject(directory, caller, query.project)
    return { keys: (await keys.list(project.id)).map(toKeyJson) }
  })

  handle(app, 'createKey', async ({ caller, body, reply }) => {
    const project = resolveProject(directory, caller, body.project)
    const { scope, name, client, origins } = body
    const { key, secret } = await keys.create({ projectId: project.id, scope, name, client, origins })
    reply.header('cache-control', 'no-store')
    return { ...toKeyJson(key), key: secret }
  })

  handle(app, 'revokeKey', async ({ caller, params }) => {
    const key = await keys.byId(params.id)
    if (key === undefined) throw new HeartwoodError('key-not-found', 'There is no such key.')
    if (caller.kind === 'key' && key.projectId !== caller.projectId) throw refusal('project-forbidden')
    await keys.revoke(key.id)
    return { ok: true }
  })
}
