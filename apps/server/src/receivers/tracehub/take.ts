import type { IngestAnswer } from '@heartwood/protocol'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { HeartwoodError } from '../../errors.ts'
import { bytesOf, type DoorDeps } from '../door.ts'
import { hasLeft, type Orphans } from '../orphans.ts'

const TRACEHUB_DOOR = 'tracehub'

/** A batch that its client gave up comes again within seconds, or after days as a dead letter. */
const REPEAT_WITHIN_MS = 24 * 3600 * 1000

export interface TraceHubDeps extends DoorDeps {
  orphans: Orphans
}

/** What the clients do not read; it is for people who look at it. */
interface TraceHubAnswer {
  accepted: number
  rejected?: { index: number; error: string }[]
}

/**
 * Takes the array of `POST /api/v1/ingest` and answers 202 as soon as it is durable: any other status of success counts as a refusal to these
 * clients, and any 4xx puts the batch on their disk for good.
 * @throws HeartwoodError, which {@link traceHubError} puts into their shape
 */
export async function takeTraceHub(deps: TraceHubDeps, request: FastifyRequest, reply: FastifyReply): Promise<TraceHubAnswer> {
  const { caller } = request
  if (caller.kind !== 'key') throw new HeartwoodError('key-missing', 'Missing API key')
  const { projectId, keyId } = caller
  const body = bytesOf(request)
  if (!isArray(body)) {
    deps.ingest.refuse({ projectId, keyId, door: TRACEHUB_DOOR }, 'malformed')
    throw notAnArray()
  }
  const settings = await deps.projects.settings(projectId)
  const sender = `${TRACEHUB_DOOR} ${keyId}`
  const answer = await deps.orphans.take({ sender, body, ttlMs: REPEAT_WITHIN_MS, hasLeft: () => hasLeft(reply) }, ({ entries }) =>
    deps.ingest.take({
      door: TRACEHUB_DOOR,
      format: 'json',
      contentType: 'application/json',
      body,
      projectId,
      keyId,
      settings,
      skip: entries,
      // Dead letters come back when they come back, with the times of then.
      importing: true,
      address: request.ip,
    }),
  )
  if (answer.accepted === 0 && isUnreadable(answer)) throw notAnArray()
  reply.code(202)
  return answer.rejectedCount === 0
    ? { accepted: answer.accepted }
    : { accepted: answer.accepted, rejected: answer.rejected.map(({ index, message }) => ({ index, error: message })) }
}

/** An error as these clients and their users see it: the first 200 characters of the body go to standard error. */
export const traceHubError = (error: HeartwoodError): { status: number; body: { detail: string } } => {
  switch (error.code) {
    case 'key-missing':
    case 'sign-in-required':
      return { status: 401, body: { detail: 'Missing API key' } }
    case 'key-invalid':
      return { status: 401, body: { detail: 'Invalid or inactive API key' } }
    case 'encoding-unsupported':
      return { status: 400, body: { detail: error.message } }
    default:
      // 429 is to them what 400 is: to disk, and never again.
      return { status: error.status === 429 ? 503 : error.status, body: { detail: error.message } }
  }
}

/** Whether it begins and ends as an array does: one that was cut off is refused whole, as its client keeps what is refused. */
function isArray(body: Uint8Array): boolean {
  let first = body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf ? 3 : 0
  while (isBlank(body[first])) first++
  let last = body.length - 1
  while (isBlank(body[last])) last--
  return last > first && body[first] === 0x5b && body[last] === 0x5d
}

const isBlank = (byte: number | undefined): boolean => byte === 32 || byte === 10 || byte === 13 || byte === 9

const isUnreadable = ({ rejectedCount, rejected }: IngestAnswer): boolean => rejectedCount > 0 && rejected.every(({ code }) => code === 'malformed')

const notAnArray = (): HeartwoodError =>
  new HeartwoodError('body-invalid', 'The body is not a JSON array of log entries; Heartwood stored nothing of it.')
