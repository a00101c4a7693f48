import type { HeartbeatJson } from '@heartwood/protocol'
import type { FastifyInstance } from 'fastify'
import { refusal } from '../../auth/access.ts'
import { newId, randomText } from '../../auth/secrets.ts'
import { HeartwoodError } from '../../errors.ts'
import { abortOnClose } from '../../http/abort-on-close.ts'
import type { Caller } from '../../http/caller.ts'
import { handle } from '../../http/route.ts'
import type { Heartbeat, MetaStore } from '../../store/meta/meta-store.ts'
import type { Reports } from './service.ts'

export interface ReportRoutesDeps {
  reports: Reports
  heartbeats: MetaStore['heartbeats']
  /** @throws HeartwoodError `project-not-found`, `project-forbidden` */
  resolveProject(caller: Caller, ref: string | undefined): { id: number }
  /** The address people use, once it is known. */
  publicUrl(): string | undefined
  now(): number
}

/** Heartbeats, and lists of what jobs, users and deployments reported. */
export function registerReports(app: FastifyInstance, { reports, heartbeats, resolveProject, publicUrl, now }: ReportRoutesDeps): void {
  const toJson = ({ id, projectId, name, token, createdAt, revokedAt }: Heartbeat): HeartbeatJson => ({
    id,
    projectId: String(projectId),
    name,
    token,
    url: `${publicUrl() ?? ''}/api/v1/heartbeat/${token}`,
    createdAt: new Date(createdAt).toISOString(),
    ...(revokedAt === undefined ? {} : { revokedAt: new Date(revokedAt).toISOString() }),
  })

  handle(app, 'listHeartbeats', async ({ caller, query, reply }) => {
    const { id: projectId } = resolveProject(caller, query.project)
    const [list, last] = await Promise.all([heartbeats.list(projectId), reports.lastCheckins(projectId, abortOnClose(reply))])
    return { heartbeats: list.map((heartbeat) => ({ ...toJson(heartbeat), checkins: 0, ...last.byId.get(heartbeat.id) })), partial: last.partial }
  })

  handle(app, 'createHeartbeat', async ({ caller, body }) => {
    const { id: projectId } = resolveProject(caller, body.project)
    const heartbeat = { id: newId('hb'), projectId, name: body.name, token: randomText(32), createdAt: now() }
    if (!(await heartbeats.create(heartbeat))) throw new HeartwoodError('project-not-found', 'The project is not there any more.')
    return toJson({ ...heartbeat, revokedAt: undefined })
  })

  handle(app, 'revokeHeartbeat', async ({ caller, params }) => {
    const heartbeat = await heartbeats.byId(params.id)
    if (heartbeat !== undefined && caller.kind === 'key' && heartbeat.projectId !== caller.projectId) throw refusal('project-forbidden')
    if (heartbeat === undefined || !(await heartbeats.revoke(heartbeat.id, now()))) {
      throw new HeartwoodError('heartbeat-not-found', 'There is no such heartbeat, or it was revoked before.')
    }
    return { ok: true }
  })

  handle(app, 'checkins', ({ caller, query, reply }) => reports.checkins(resolveProject(caller, query.project).id, query, abortOnClose(reply)))
  handle(app, 'feedback', ({ caller, query, reply }) => reports.feedback(resolveProject(caller, query.project).id, query, abortOnClose(reply)))
  handle(app, 'releases', ({ caller, query, reply }) => reports.releases(resolveProject(caller, query.project).id, query, abortOnClose(reply)))
}
