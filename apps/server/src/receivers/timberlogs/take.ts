import { type IngestAnswer, LIMITS } from '@heartwood/protocol'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { HeartwoodError } from '../../errors.ts'
import type { EntryDefaults } from '../../ingest/decoder.ts'
import { bytesOf, type DoorDeps } from '../door.ts'
import { type Counts, hasLeft, type Orphans } from '../orphans.ts'
import { RAW_FORMATS, type RawFormat, resolveFormat, STRUCTURED } from './formats.ts'
import { cutPieces, listStart, type Piece } from './pieces.ts'
import { readQuery } from './query.ts'

export const TIMBERLOGS_DOOR = 'timberlogs'

/** A client that gave up puts the batch back at the front of its queue and tries with its next log. */
const REPEAT_WITHIN_MS = 10 * 60_000
const UNKNOWN_SOURCE = 'unknown'

const MIB = 1024 * 1024
/** After an outage the clients send all that they have in one body, and repeat it for as long as it is refused. */
const BODY_BYTES = 128 * MIB
/** Bodies that are larger than others may be are cut into pieces of this size. */
const PIECE_BYTES = 4 * MIB
const MOST_TEXT = `${LIMITS.bodyBytes / MIB} MiB`

export interface TimberlogsDeps extends DoorDeps {
  orphans: Orphans
  /** ms since 1970. */
  now(): number
}

interface Taken {
  success: true
  count: number
  timestamp: number
  rejected?: number
  errors?: { index?: number; line?: number; code: string; message: string }[]
}
interface Refused {
  error: string
  code?: string
  issues?: { path: (string | number)[]; message: string }[]
}

/** Largest body of a request as it is sent; undefined where it is as of all doors. */
export const bodyBytesOf = ({ raw }: FastifyRequest): number | undefined => (formatOf(readQuery(raw.url ?? '')) === '' ? BODY_BYTES : undefined)

const formatOf = (query: ReadonlyMap<string, string>): string => query.get('format')?.trim().toLowerCase() ?? ''

const validationError = (message: string): Refused => ({ error: 'Validation error', issues: [{ path: ['logs'], message }] })

/**
 * `POST /v1/logs`. Every status but 2xx makes the clients repeat the whole batch with every log from then on, while their callers wait: whatever
 * can be read is taken, and only a body without a single log is refused.
 */
export async function takeTimberlogs(deps: TimberlogsDeps, request: FastifyRequest, reply: FastifyReply): Promise<Taken | Refused> {
  const url = request.raw.url ?? ''
  const query = readQuery(url)
  const { projectId, keyId } = await projectOf(deps, request, query)
  const asked = formatOf(query)
  if (asked !== '' && !isFormat(asked)) {
    deps.ingest.refuse({ projectId, keyId, door: TIMBERLOGS_DOOR }, 'malformed')
    reply.code(400)
    return { error: `Unsupported format: ${asked.slice(0, 50)}`, code: 'PARSE_ERROR' }
  }
  const body = bytesOf(request)
  if (asked === '' && isOtlp(request.sentContentType, body)) {
    deps.ingest.refuse({ projectId, keyId, door: TIMBERLOGS_DOOR }, 'malformed')
    reply.code(400)
    return { error: 'OpenTelemetry logs are not taken here yet.' }
  }
  const isLarge = body.byteLength > LIMITS.bodyBytes
  const start = isLarge && asked === '' && isStructured(request, body) ? listStart(body) : undefined
  if (isLarge && start === undefined) {
    deps.ingest.refuse({ projectId, keyId, door: TIMBERLOGS_DOOR }, 'too-large')
    throw new HeartwoodError('body-too-large', `The body is larger than ${MOST_TEXT}.`)
  }
  const settings = await deps.projects.settings(projectId)
  const sender = `${TIMBERLOGS_DOOR} ${projectId} ${keyId} ${url}`
  const take = (bytes: Uint8Array, skip: number): Promise<IngestAnswer> =>
    deps.ingest.take({
      door: TIMBERLOGS_DOOR,
      format: isFormat(asked) ? asked : 'auto',
      contentType: request.sentContentType,
      body: bytes,
      projectId,
      keyId,
      settings,
      defaults: defaultsOf(query),
      skip,
      // Raw bodies are files of any age, and nothing that can be read is refused.
      importing: true,
      address: request.ip,
    })
  const sent = { sender, body, ttlMs: REPEAT_WITHIN_MS, grows: asked === '', hasLeft: () => hasLeft(reply) }
  const refuseLarge = (): IngestAnswer => {
    deps.ingest.refuse({ projectId, keyId, door: TIMBERLOGS_DOOR }, 'too-large')
    return TOO_LARGE
  }
  const answer = await deps.orphans.take(sent, (known, stored) => {
    if (start === undefined) return take(body, known.entries)
    const pieces = cutPieces(body, { start, from: Math.max(start, known.bytes), leastBytes: PIECE_BYTES, mostBytes: LIMITS.bodyBytes })
    return takePieces(pieces, known.entries, (piece) => (piece === undefined ? refuseLarge() : take(piece, 0)), stored)
  })
  const refused = answer.accepted === 0 ? refusalOf(answer, asked) : undefined
  if (refused !== undefined) {
    reply.code(400)
    return refused
  }
  const taken: Taken = { success: true, count: answer.accepted, timestamp: deps.now() }
  return answer.rejectedCount === 0 ? taken : { ...taken, rejected: answer.rejectedCount, errors: answer.rejected.map(toError) }
}

const TOO_LARGE: IngestAnswer = {
  accepted: 0,
  rejected: [{ index: 0, code: 'too-large', message: `An entry is larger than ${MOST_TEXT}, or the body is no list of entries.` }],
  rejectedCount: 1,
  batchId: '',
}

/**
 * One piece after the other, each durable before the next is begun; the answer is of all.
 * @param before entries of the body that stand before the first piece.
 */
async function takePieces(
  pieces: AsyncIterable<Piece>,
  before: number,
  take: (body: Uint8Array | undefined) => Promise<IngestAnswer> | IngestAnswer,
  stored: (bytes: number, counts: Counts) => void,
): Promise<IngestAnswer> {
  let sum: IngestAnswer = { accepted: 0, rejected: [], rejectedCount: 0, batchId: '' }
  for await (const { body, end } of pieces) {
    const { accepted, rejected, rejectedCount } = await take(body)
    const first = before + sum.accepted + sum.rejectedCount
    // Lines would be those of a piece.
    const named = rejected.map(({ line: _line, ...one }) => ({ ...one, index: one.index + first }))
    sum = {
      ...sum,
      accepted: sum.accepted + accepted,
      rejected: [...sum.rejected, ...named].slice(0, LIMITS.listedRejections),
      rejectedCount: sum.rejectedCount + rejectedCount,
    }
    stored(end, sum)
  }
  return sum
}

const isStructured = ({ sentContentType }: FastifyRequest, body: Uint8Array): boolean =>
  resolveFormat({ format: 'auto', contentType: sentContentType, body: body.subarray(0, 65_536) }) === STRUCTURED

const isFormat = (name: string): name is RawFormat => (RAW_FORMATS as readonly string[]).includes(name)

/** OpenTelemetry has the same path: protobuf, or a JSON object with `resourceLogs`. */
const isOtlp = (contentType: string, body: Uint8Array): boolean =>
  /^application\/x-protobuf\b/i.test(contentType) || /^\s*\{\s*"resourceLogs"\s*:/.test(Buffer.from(body.subarray(0, 200)).toString('latin1'))

/** JSON that could be read is answered by 200 although it held no log: a refusal would come back for ever. */
function refusalOf({ rejected, rejectedCount }: IngestAnswer, asked: string): Refused | undefined {
  if (rejectedCount === 0) return validationError('Array must contain at least 1 element(s)')
  const [first] = rejected
  const isReadable = asked === '' && rejected.some(({ code }) => code !== 'malformed')
  return isReadable ? undefined : { error: first?.message ?? 'Failed to parse the body', code: 'PARSE_ERROR' }
}

const toError = ({ index, line, code, message }: IngestAnswer['rejected'][number]) => ({
  ...(line === undefined ? { index } : { line }),
  code: code === 'malformed' || code === 'not-an-object' ? 'PARSE_ERROR' : code,
  message,
})

function defaultsOf(query: ReadonlyMap<string, string>): EntryDefaults {
  const defaults: EntryDefaults = { service: UNKNOWN_SOURCE }
  for (const [name, field] of [
    ['source', 'service'],
    ['environment', 'environment'],
    ['level', 'level'],
    ['dataset', 'dataset'],
  ] as const) {
    const value = query.get(name)?.trim()
    if (value !== undefined && value !== '') defaults[field] = value
  }
  return defaults
}

/** A key brings its project; people and the local administrator name one. */
async function projectOf({ projects }: DoorDeps, { caller }: FastifyRequest, query: ReadonlyMap<string, string>) {
  if (caller.kind === 'key') return { projectId: caller.projectId, keyId: caller.keyId }
  const found = await projects.find(query.get('project') ?? '')
  if (found === undefined) throw new HeartwoodError('project-not-found', 'Workspace not found')
  return { projectId: found.id, keyId: '' }
}
