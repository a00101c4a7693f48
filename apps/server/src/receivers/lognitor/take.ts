import { createHash } from 'node:crypto'
import type { IngestAnswer, UnixMs } from '@heartwood/protocol'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { HeartwoodError } from '../../errors.ts'
import { isRecord } from '../decode.ts'
import { bytesOf, type DoorDeps, projectOf, projectRefOf } from '../door.ts'
import { parseJson } from '../native/decode-lenient.ts'
import { decodeText } from '../native/decode-text.ts'
import { createSamplingNotes } from './sampling.ts'
import { createSeenRows } from './seen-rows.ts'

export const LOGS_DOOR = 'lognitor'
export const ROWS_DOOR = 'lognitor-requests'
const RATES_HEADER = 'x-lognitor-sample-rates'
/** Larger bodies are told apart as a whole only: reading them here would hold up everybody's requests. */
const READ_HERE_BYTES = 1024 * 1024

export interface LognitorDeps extends DoorDeps {
  now(): UnixMs
}

/** What a batch is answered with; the clients read its status and one header. */
interface LognitorAnswer {
  accepted: number
  message: string
  rejected: number
  errors: { index: number; code: string; field?: string; message: string }[]
}

export interface Lognitor {
  /** Takes a batch of logs. @throws HeartwoodError, which {@link lognitorError} puts into their shape */
  takeLogs(request: FastifyRequest, reply: FastifyReply): Promise<LognitorAnswer>
  /** Takes rows of request analytics, each `request_id` of a project once. */
  takeRows(request: FastifyRequest, reply: FastifyReply): Promise<LognitorAnswer>
}

export function createLognitor(deps: LognitorDeps): Lognitor {
  const { ingest, projects, now } = deps
  const sampling = createSamplingNotes(now)
  const seen = createSeenRows()

  const senderOf = async (request: FastifyRequest) => {
    const { projectId, keyId } = await projectOf(projects, request, projectRefOf(request))
    // A clock that is wrong, or a buffer that waited for months, is no reason to lose what can be read.
    return { projectId, keyId, settings: await projects.settings(projectId), importing: true }
  }

  const takeRowsOf = async (request: FastifyRequest): Promise<IngestAnswer> => {
    const sender = await senderOf(request)
    const body = bytesOf(request)
    const take = (rows: Uint8Array, batchId: string | undefined): Promise<IngestAnswer> =>
      ingest.take({ ...sender, door: ROWS_DOOR, format: 'json', contentType: request.sentContentType ?? '', body: rows, batchId })
    const list = body.byteLength > READ_HERE_BYTES ? undefined : rowsIn(body)
    if (list === undefined) return take(body, body.byteLength > READ_HERE_BYTES ? digest(body) : undefined)
    const ids = list.map((row) => requestIdOf(sender.projectId, row))
    // After a restart only the batch as a whole is known.
    const name = ids.length > 0 && !ids.includes(undefined) ? digest(body) : undefined
    return seen.once(ids, async (fresh) => {
      if (fresh.length === ids.length) return take(body, name)
      const repeated = ids.length - fresh.length
      if (fresh.length === 0) return { accepted: repeated, rejected: [], rejectedCount: 0, batchId: name ?? '' }
      const answer = await take(Buffer.from(JSON.stringify({ requests: fresh.map((place) => list[place]) })), undefined)
      const rejected = answer.rejected.map((rejection) => ({ ...rejection, index: fresh[rejection.index] ?? rejection.index }))
      return { ...answer, accepted: answer.accepted + repeated, rejected }
    })
  }

  return {
    async takeLogs(request, reply) {
      const sender = await senderOf(request)
      const known = sampling.of(sender.keyId, sender.settings)
      const rates = sampling.tell(sender.keyId, sender.settings)
      if (rates !== undefined) reply.header(RATES_HEADER, rates)
      const contentType = request.sentContentType ?? ''
      const answer = await ingest.take({ ...sender, door: LOGS_DOOR, format: 'json', contentType, body: bytesOf(request), sampling: known })
      return toAnswer(answer, 'Logs', reply)
    },

    async takeRows(request, reply) {
      return toAnswer(await takeRowsOf(request), 'Requests', reply)
    },
  }
}

/** 200 as soon as one was taken; a refusal of everything is 400 where the body could not be read and 422 where its entries were at fault. */
function toAnswer({ accepted, rejected, rejectedCount }: IngestAnswer, what: string, reply: FastifyReply): LognitorAnswer {
  const first = rejected[0]
  if (accepted === 0 && first !== undefined) {
    if (rejected.every(({ code }) => code === 'malformed')) throw new HeartwoodError('body-invalid', first.message)
    reply.code(422)
  }
  const errors = rejected.map(({ index, code, message }) => ({
    index,
    code: code === 'invalid' || code === 'not-an-object' ? 'VALIDATION_ERROR' : code.toUpperCase().replaceAll('-', '_'),
    ...(code === 'invalid' ? { field: 'level' } : {}),
    message,
  }))
  const message = accepted === 0 && rejectedCount > 0 ? `${what} refused` : `${what} accepted`
  return { accepted, message, rejected: rejectedCount, errors }
}

const digest = (body: Uint8Array): string => `rows-${createHash('sha256').update(body).digest('hex')}`

function rowsIn(body: Uint8Array): readonly unknown[] | undefined {
  const value = parseJson(decodeText(body))
  if (Array.isArray(value)) return value
  return isRecord(value) && Array.isArray(value.requests) ? value.requests : undefined
}

function requestIdOf(projectId: number, row: unknown): string | undefined {
  const id = isRecord(row) ? row.request_id : undefined
  return (typeof id === 'string' && id !== '') || typeof id === 'number' ? `${projectId} ${id}` : undefined
}

/** An error as these clients expect it. 401 switches them off until they are restarted: it is for keys that are wrong, and for nothing else. */
export function lognitorError(error: HeartwoodError): { status: number; body: { error: string; message: string } } {
  switch (error.code) {
    case 'key-invalid':
      return { status: 401, body: { error: error.code, message: 'Invalid API key' } }
    case 'key-missing':
    case 'sign-in-required':
      return { status: 401, body: { error: error.code, message: 'Missing API key' } }
    case 'project-not-found':
      return { status: 403, body: { error: error.code, message: error.message } }
    default:
      // To them 429 is a sleep in the caller; 503 is a try again.
      return { status: error.status === 401 ? 403 : error.status === 429 ? 503 : error.status, body: { error: error.code, message: error.message } }
  }
}
