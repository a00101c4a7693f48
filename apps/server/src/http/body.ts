import type { Readable } from 'node:stream'
import type { DropReason } from '@heartwood/protocol'
import { LIMITS } from '@heartwood/protocol'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { HeartwoodError } from '../errors.ts'
import { decompress, encodingsOf, ownBytes } from './body-encoding.ts'
import { createTurns } from './turns.ts'

export interface BodyOptions {
  /** Largest body, as sent (unless its route takes larger ones) and decompressed. Default 32 MiB. */
  limitBytes?: number
  /** Bytes of bodies that may be on their way at once; one more is refused with `queue-full`. Default 288 MiB: one of the largest and five others. */
  heldBytes?: number
  /** Told of bodies that were refused, so that they are counted. */
  onRefused?: (request: FastifyRequest, reason: DropReason) => void
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The content type as it was sent, however odd. */
    sentContentType: string
  }
}

/** A body that is refused is read to its end first, or clients see a broken pipe; but not for ever. */
const DRAIN_FACTOR = 8
/** What a body grows to is known only afterwards: so many may grow at once. */
const DECOMPRESSIONS = 4

/**
 * Makes all routes of this (encapsulated) instance read their bodies whole, as decompressed bytes in `request.body`: any content type
 * or none, any of our encodings. For doors only.
 *
 * @throws (in requests) HeartwoodError `body-too-large`, `encoding-unsupported`, `encoding-broken`, `queue-full`, `body-invalid`
 */
export function registerRawBody(app: FastifyInstance, options: BodyOptions = {}): void {
  const limitBytes = options.limitBytes ?? LIMITS.bodyBytes
  const held = { bytes: 0, limit: options.heldBytes ?? 288 * 1024 * 1024 }
  const given = new WeakMap<FastifyRequest, number>()
  const inTurn = createTurns(DECOMPRESSIONS)
  /** The one request with a body above `limitBytes`: two would leave others no room. */
  let large: FastifyRequest | undefined

  /** What a body may have, by what its head says of it. */
  const admit = (request: FastifyRequest): Admission => {
    const { 'content-length': length, 'content-encoding': encoding = '' } = request.headers
    const announced = Number(length ?? 0)
    const limit = Math.max(limitBytes, (encoding === '' ? request.routeOptions.config.bodyBytes?.(request) : undefined) ?? 0)
    if (announced > limit) return { limit, announced, refusal: tooLarge(limit) }
    if (announced <= limitBytes) return { limit: limitBytes, announced }
    if (large !== undefined) return { limit, announced, refusal: tooMany() }
    large = request
    return { limit, announced }
  }

  app.removeAllContentTypeParsers()
  app.decorateRequest('sentContentType', '')
  // Fastify answers 415 to a content type that is not well-formed; here any is welcome.
  app.addHook('onRequest', async (request) => {
    const { headers } = request.raw
    request.sentContentType = headers['content-type'] ?? ''
    headers['content-type'] = 'application/octet-stream'
  })
  app.addContentTypeParser('*', async (request: FastifyRequest, payload: Readable) => {
    try {
      const raw = await readWhole(payload, admit(request), held, limitBytes * DRAIN_FACTOR)
      // Held until there is an answer, also for a client that has left: the body waits in the decoder and the queue meanwhile.
      given.set(request, raw.byteLength)
      const encodings = encodingsOf(request.headers['content-encoding'])
      const body = await inTurn(() => decompress(raw, encodings, limitBytes))
      if (held.bytes + body.byteLength - raw.byteLength > held.limit) throw tooMany()
      held.bytes += body.byteLength - raw.byteLength
      given.set(request, body.byteLength)
      return body
    } catch (error) {
      release(request)
      const reason = REASONS[error instanceof HeartwoodError ? error.code : '']
      if (reason !== undefined) options.onRefused?.(request, reason)
      throw error
    }
  })
  // Fastify closes the connection after a refused body, as more of it might come; what was read to its end leaves the connection whole.
  app.addHook('onSend', async (request, reply) => {
    release(request)
    if (request.raw.complete) reply.removeHeader('connection')
  })

  function release(request: FastifyRequest): void {
    held.bytes -= given.get(request) ?? 0
    given.delete(request)
    if (large === request) large = undefined
  }
}

const REASONS: Record<string, DropReason> = {
  'body-too-large': 'too-large',
  'encoding-unsupported': 'malformed',
  'encoding-broken': 'malformed',
  'queue-full': 'queue-full',
}

interface Held {
  bytes: number
  readonly limit: number
}

interface Admission {
  /** Bytes at most. */
  limit: number
  /** The length that was sent with the request; 0 without one. */
  announced: number
  /** Why it is read only to be thrown away. */
  refusal?: HeartwoodError
}

/** Bodies from this size on are written to their place as soon as so much has come: to join all pieces afterwards would take their size again. */
const PLACED_BYTES = 8 * 1024 * 1024

/** On success the bytes stay counted in `held`; on failure they are given back. */
function readWhole(
  payload: Readable,
  { limit, announced, refusal: known }: Admission,
  held: Held,
  drainBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = []
    let whole: Uint8Array<ArrayBuffer> | undefined
    /** Of this body in `held`. */
    let counted = 0
    let seen = 0
    let refusal = known
    const refuse = (error: HeartwoodError): void => {
      refusal ??= error
      chunks = []
      whole = undefined
      held.bytes -= counted
      counted = 0
    }
    const count = (bytes: number): void => {
      held.bytes += bytes
      counted += bytes
      if (held.bytes > held.limit) refuse(tooMany())
    }
    // Not counted before it comes: connections that send nothing would take the room of those that do.
    if (!refusal && held.bytes + announced > held.limit) refuse(tooMany())
    let settled = false
    const breakOff = (): void => {
      if (!settled) fail(new HeartwoodError('body-invalid', 'The upload broke off.'))
    }
    const fail = (error: HeartwoodError): void => {
      settled = true
      payload.removeAllListeners('data')
      refuse(error)
      reject(refusal)
    }
    payload.on('data', (chunk: Buffer) => {
      seen += chunk.length
      if (refusal) {
        if (seen > drainBytes) fail(refusal)
        return
      }
      if (seen > limit) return refuse(tooLarge(limit))
      if (whole) {
        // Node holds a body to the length that it was announced with.
        whole.set(chunk, seen - chunk.length)
        return
      }
      const isPlaced = announced >= PLACED_BYTES && seen >= PLACED_BYTES
      count(isPlaced ? announced - counted : chunk.length)
      if (refusal) return
      chunks.push(chunk)
      if (!isPlaced) return
      whole = ownBytes(chunks, announced)
      chunks = []
    })
    payload.on('end', () => {
      settled = true
      if (refusal) reject(refusal)
      else resolve(whole ?? ownBytes(chunks, seen))
    })
    payload.on('error', breakOff)
    payload.on('close', breakOff)
  })
}

const tooMany = (): HeartwoodError => new HeartwoodError('queue-full', 'Too many requests are being read at once.', { retryAfterSeconds: 1 })

const tooLarge = (limitBytes: number): HeartwoodError =>
  new HeartwoodError('body-too-large', `The body is larger than ${Math.floor(limitBytes / 1024 / 1024)} MiB.`)
