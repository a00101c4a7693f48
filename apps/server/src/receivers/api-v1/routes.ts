import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { readKey } from '../../auth/credentials.ts'
import { HeartwoodError } from '../../errors.ts'
import { type ErrorAnswer, registerErrors } from '../../http/errors.ts'
import { registerNotFound } from '../../http/not-found.ts'

/** One product's half of the shared address: how it takes a body, and how its clients want to be told of an error. */
export interface SharedDoor {
  /** Takes `request.body` (bytes) and sets the status on `reply`. */
  take(request: FastifyRequest, reply: FastifyReply): Promise<unknown>
  error: ErrorAnswer
}

export interface ApiV1Doors {
  lognitor: SharedDoor
  tracehub: SharedDoor
}
type Product = keyof ApiV1Doors

/** Paths that only Lognitor has; below `/api/v1` all others but the shared one are TraceHub's. */
const LOGNITOR_PATHS = /^\/api\/v1\/(?:ingest\/requests|heartbeat|feedback|releases)(?:[/?]|$)/
const SHARED_PATH = /^\/api\/v1\/ingest(?:[/?]|$)/

/** `POST /api/v1/ingest` is an address of two products; what their clients send tells them apart. */
export function registerApiV1(app: FastifyInstance, doors: ApiV1Doors): void {
  // A body that was taken is empty afterwards.
  const known = new WeakMap<FastifyRequest, Product>()
  const answerShared: ErrorAnswer = (error, request) => {
    const taken = known.get(request)
    // What turned out to be no body of theirs shows nothing about its sender; the key does.
    const ofKey = error.code === 'body-invalid' ? byKey(request) : undefined
    if (taken !== undefined && ofKey !== undefined && ofKey !== taken) return doors[ofKey].error(unreadable(), request)
    const product = taken ?? byBody(request.body ?? request.discarded) ?? byKey(request)
    if (product !== undefined) return doors[product].error(error, request)
    // Nothing tells whose client it is; a person who looks at the answer finds it in the words of both.
    const answer = doors.lognitor.error(error, request)
    return { ...answer, body: { ...Object(doors.tracehub.error(error, request).body), ...Object(answer.body) } }
  }
  app.register(async (scope) => {
    registerErrors(scope, answerShared)
    scope.post('/api/v1/ingest', { config: { access: 'ingest', door: 'api-v1' } }, (request, reply) => {
      const product = byBody(request.body) ?? byKey(request) ?? 'lognitor'
      known.set(request, product)
      return doors[product].take(request, reply)
    })
  })
  registerNotFound(app, '/api/v1', (error, request) => {
    if (LOGNITOR_PATHS.test(request.url)) return doors.lognitor.error(error, request)
    return SHARED_PATH.test(request.url) ? answerShared(error, request) : doors.tracehub.error(error, request)
  })
}

/** An array is TraceHub's, an object Lognitor's, and only TraceHub's clients compress. undefined: not read, broken or empty. */
function byBody(body: unknown): Product | undefined {
  if (!(body instanceof Uint8Array)) return undefined
  const first = firstCharacter(body)
  if (first === 0x5b || (body[0] === 0x1f && body[1] === 0x8b)) return 'tracehub'
  return first === 0x7b ? 'lognitor' : undefined
}

function byKey({ headers }: FastifyRequest): Product | undefined {
  const key = readKey(headers)
  return key === undefined ? undefined : key.startsWith('th_') ? 'tracehub' : 'lognitor'
}

const unreadable = (): HeartwoodError =>
  new HeartwoodError('body-invalid', 'The body is neither a JSON array of log entries nor an object with `logs`; Heartwood stored nothing of it.')

/** The first byte that is neither white space, a byte order mark nor the half of a UTF-16 character that is zero. */
function firstCharacter(body: Uint8Array): number | undefined {
  return body.find((byte) => byte > 0x20 && byte !== 0xef && byte !== 0xbb && byte !== 0xbf && byte !== 0xfe && byte !== 0xff)
}
