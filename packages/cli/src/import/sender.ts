import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { type ApiError, api, type IngestAnswer, routeUrl, toApiError } from '@heartwood/protocol'
import type { KnownFormat } from '@heartwood/server/formats'
import { CliError } from '../errors.ts'
import { isLoopback } from '../server/address.ts'
import { type Connection, describeCause, isConnectionLost } from '../server/connection.ts'

/** Defaults that go with every piece, as the query of `/ingest/<format>`. */
export interface IngestDefaults {
  service?: string
  environment?: string
  dataset?: string
  host?: string
  level?: string
  timezone?: string
}

/** What one piece adds: how the file goes on from the pieces before. */
interface PieceContext {
  /** Stamp of the last entry before it. */
  after: string | undefined
  /** Year in which the file begins, where its stamps have none. */
  year: number | undefined
  /** Of entries that name none, unless the defaults have one. */
  service: string | undefined
}

export interface SendOptions {
  project: string | undefined
  defaults: IngestDefaults
  /** How long to go on while nobody answers. */
  retryForMs: number
  signal: AbortSignal
  /** Told when a piece has to wait, and with undefined when it goes on. */
  waiting(reason: string | undefined): void
}

export type SendPiece = (format: KnownFormat, body: Buffer, batchId: string, context: PieceContext) => Promise<IngestAnswer>

const SILENCE_MS = 120_000
/** How long a piece that is under way may still be answered after the import was stopped. */
const LAST_ANSWER_MS = 1_000
const LONGEST_PAUSE_MS = 5_000
const pauseMs = (attempt: number): number => Math.min(LONGEST_PAUSE_MS, 250 * 2 ** Math.min(attempt, 6))

/** Asks again while nobody answers, for as long as a piece would be sent again. @throws what the last attempt did */
export async function askUntilAnswered<Answer>(
  connection: Connection,
  ask: () => Promise<Answer>,
  { retryForMs, signal, waiting }: Pick<SendOptions, 'retryForMs' | 'signal' | 'waiting'>,
): Promise<Answer> {
  const startedAt = performance.now()
  for (let attempt = 0; ; attempt++) {
    try {
      const answer = await ask()
      if (attempt > 0) waiting(undefined)
      return answer
    } catch (error) {
      if (!isConnectionLost(error) || performance.now() - startedAt >= retryForMs) throw error
      waiting(describeWaiting(connection, describeCause(error)))
    }
    await wait(pauseMs(attempt), undefined, { signal })
  }
}

const describeWaiting = (connection: Connection, reason: string): string => `no answer from ${connection.address.url} (${reason}); trying again`

/**
 * Sends a piece until the server has answered for it. A full queue is waited for without end; a lost connection up to `retryForMs`.
 * The same batch id makes a repeat harmless.
 * @throws CliError `import-interrupted`, or an ApiError for what no repeat can change
 */
export function createSender(connection: Connection, options: SendOptions): SendPiece {
  const stopped = new AbortController()
  options.signal.addEventListener('abort', () => setTimeout(() => stopped.abort(), LAST_ANSWER_MS).unref(), { once: true })
  const pack = isLoopback(connection.address.url) ? undefined : promisify(gzip)
  return async (format, body, batchId, { after, year, service }) => {
    const query = { service, ...options.defaults, import: '1', after, year: year?.toString() }
    // `project` is for people and the local token; a key has its own.
    const path = routeUrl(api.ingestFormat, { params: { format }, query: { ...query, project: options.project } })
    const headers: Record<string, string> = { 'content-type': 'application/octet-stream', 'x-heartwood-batch': batchId }
    if (pack) headers['content-encoding'] = 'gzip'
    const bytes = pack ? await pack(body, { level: 1 }) : body
    let failingSince = 0
    for (let attempt = 0; ; attempt++) {
      options.signal.throwIfAborted()
      const result = await attemptOnce(connection, path, headers, bytes, stopped.signal)
      if (result.kind === 'answer') {
        if (attempt > 0) options.waiting(undefined)
        return result.answer
      }
      if (result.kind === 'busy') {
        failingSince = 0
        options.waiting(`the server is busy (${result.code}); it asks to wait ${result.seconds} s`)
        await wait(result.seconds * 1_000, undefined, { signal: options.signal })
        continue
      }
      const now = performance.now()
      failingSince ||= now
      if (now - failingSince >= options.retryForMs) {
        throw new CliError(
          'import-interrupted',
          `The import broke off before its end: ${connection.address.url} has not answered for ${Math.round(options.retryForMs / 1_000)} s (${result.reason}).`,
        )
      }
      options.waiting(describeWaiting(connection, result.reason))
      await wait(pauseMs(attempt), undefined, { signal: options.signal })
    }
  }
}

type Attempt = { kind: 'answer'; answer: IngestAnswer } | { kind: 'busy'; code: string; seconds: number } | { kind: 'lost'; reason: string }

async function attemptOnce(
  connection: Connection,
  path: string,
  headers: Record<string, string>,
  body: Buffer,
  signal: AbortSignal,
): Promise<Attempt> {
  try {
    const response = await connection.request(path, {
      method: 'POST',
      headers,
      body: new Uint8Array(body.buffer, body.byteOffset, body.length) as Uint8Array<ArrayBuffer>,
      signal,
      silenceMs: SILENCE_MS,
    })
    const answer = parseJson(await response.text())
    // All refused is status 400 with the same body.
    const parsed = response.ok || response.status === 400 ? api.ingestFormat.response.safeParse(answer) : undefined
    if (parsed?.success) return { kind: 'answer', answer: parsed.data }
    const error = response.ok ? toApiError(502, undefined) : toApiError(response.status, answer)
    return judge(error, Number(response.headers.get('retry-after')))
  } catch (error) {
    if (!isConnectionLost(error)) throw error
    return { kind: 'lost', reason: describeCause(error) }
  }
}

/** Busy and broken pass; a refusal does not. */
function judge(error: ApiError, retryAfterSeconds: number): Attempt {
  if (error.status === 429 || (error.status === 503 && error.code !== 'unreadable-answer')) {
    const seconds = Number.isFinite(retryAfterSeconds) && retryAfterSeconds > 0 ? Math.min(60, retryAfterSeconds) : 1
    return { kind: 'busy', code: error.code, seconds }
  }
  if (error.status >= 500) return { kind: 'lost', reason: `status ${error.status}${error.code === 'unreadable-answer' ? '' : `, ${error.message}`}` }
  throw error
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
