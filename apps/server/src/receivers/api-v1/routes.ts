import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { readKey } from '../../auth/credentials.ts'
import { type ErrorAnswer, registerErrors } from '../../http/errors.ts'

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

/** `POST /api/v1/ingest` is an address of two products; what their clients send tells them apart. */
export function registerApiV1(app: FastifyInstance, doors: ApiV1Doors): void {
  // A body that was taken is empty afterwards.
  const known = new WeakMap<FastifyRequest, keyof ApiV1Doors>()
  app.register(async (scope) => {
    registerErrors(scope, (error, request) => {
      const answer = doors[known.get(request) ?? productOf(request)].error(error, request)
      if (known.has(request) || readKey(request.headers) !== undefined) return answer
      // Without a key nothing tells whose client it is; a person who looks at the answer finds it in the words of both.
      return { ...answer, body: { ...Object(doors.tracehub.error(error, request).body), ...Object(answer.body) } }
    })
    scope.post('/api/v1/ingest', { config: { access: 'ingest', door: 'api-v1' } }, (request, reply) => {
      const product = productOf(request)
      known.set(request, product)
      return doors[product].take(request, reply)
    })
  })
}

/** By the body: an array is TraceHub's, an object Lognitor's. Where it cannot tell (not read yet, broken, empty), by the form of the key. */
function productOf({ body, headers }: FastifyRequest): keyof ApiV1Doors {
  const first = body instanceof Uint8Array ? firstCharacter(body) : undefined
  if (first === 0x5b) return 'tracehub'
  if (first === 0x7b) return 'lognitor'
  return readKey(headers)?.startsWith('th_') === true ? 'tracehub' : 'lognitor'
}

/** The first byte that is neither white space, a byte order mark nor the half of a UTF-16 character that is zero. */
function firstCharacter(body: Uint8Array): number | undefined {
  return body.find((byte) => byte > 0x20 && byte !== 0xef && byte !== 0xbb && byte !== 0xbf && byte !== 0xfe && byte !== 0xff)
}
