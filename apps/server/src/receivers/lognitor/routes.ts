import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { HeartwoodError } from '../../errors.ts'
import { registerErrors } from '../../http/errors.ts'
import type { LooseRecord } from '../decode.ts'
import { bytesOf, projectOf, projectRefOf } from '../door.ts'
import { type CheckinStatus, objectIn, type Report, toCheckin, toFeedback, toRelease } from './reports.ts'
import { type Lognitor, type LognitorDeps, lognitorError, ROWS_DOOR } from './take.ts'

export interface LognitorRoutesDeps extends LognitorDeps {
  lognitor: Lognitor
  /** Whose sign of life a token is; undefined when it is unknown or revoked. */
  findHeartbeat(token: string): Promise<{ id: string; name: string; projectId: number } | undefined>
}

/** What Lognitor's clients call besides `POST /api/v1/ingest`, which receivers/api-v1 shares out. */
export function registerLognitor(app: FastifyInstance, deps: LognitorRoutesDeps): void {
  app.register(async (scope) => {
    registerErrors(scope, lognitorError)
    scope.post('/api/v1/ingest/requests', { config: { access: 'ingest', door: ROWS_DOOR } }, (request, reply) =>
      deps.lognitor.takeRows(request, reply),
    )

    // Whatever is sent to a heartbeat itself is a sign of life; the other two are what Lognitor's clients never call.
    for (const [end, status] of [
      ['', 'ok'],
      ['/start', 'started'],
      ['/fail', 'failed'],
    ] as const) {
      scope.route<{ Params: { token: string } }>({
        // HEAD comes with GET.
        method: ['GET', 'POST'],
        url: `/api/v1/heartbeat/:token${end}`,
        config: { access: 'public' },
        handler: (request, reply) => takeCheckin(deps, request.params.token, status, request, reply),
      })
    }

    scope.post('/api/v1/feedback', { config: { access: 'ingest', door: 'feedback' } }, async (request, reply) => {
      reply.code(202)
      return takeReport(deps, 'feedback', request, reply, toFeedback, '`comments` is empty.')
    })
    scope.post('/api/v1/releases/register', { config: { access: 'ingest', door: 'releases' } }, (request, reply) =>
      takeReport(deps, 'releases', request, reply, toRelease, '`version` is empty.'),
    )
  })
}

async function takeCheckin(
  deps: LognitorRoutesDeps,
  token: string,
  status: CheckinStatus,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<{ status: CheckinStatus }> {
  reply.header('cache-control', 'no-store')
  const heartbeat = await deps.findHeartbeat(token)
  if (heartbeat === undefined) throw new HeartwoodError('not-found', 'There is no heartbeat with this token.')
  await store(deps, 'heartbeat', heartbeat.projectId, '', toCheckin(heartbeat, status, bytesOf(request)))
  return { status }
}

async function takeReport(
  deps: LognitorDeps,
  door: string,
  request: FastifyRequest,
  reply: FastifyReply,
  read: (sent: LooseRecord) => Report | undefined,
  missing: string,
): Promise<Report['answer']> {
  const { projectId, keyId } = await projectOf(deps.projects, request, projectRefOf(request))
  const sent = objectIn(bytesOf(request))
  const report = sent && read(sent)
  if (report === undefined) {
    deps.ingest.refuse({ projectId, keyId, door }, sent === undefined ? 'malformed' : 'invalid')
    throw new HeartwoodError('body-invalid', sent === undefined ? 'The body is not valid JSON.' : missing)
  }
  await store(deps, door, projectId, keyId, report.record)
  reply.header('cache-control', 'no-store')
  return report.answer
}

/** Stores one event of ours; the decoder of our own door reads what no other door is named for. */
async function store({ ingest, projects }: LognitorDeps, door: string, projectId: number, keyId: string, record: LooseRecord): Promise<void> {
  const settings = await projects.settings(projectId)
  const body = Buffer.from(JSON.stringify(record))
  await ingest.take({ door, format: 'json', contentType: 'application/json', body, projectId, keyId, settings })
}
