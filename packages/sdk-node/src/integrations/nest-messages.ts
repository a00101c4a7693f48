import type { Client } from '@heartwood/sdk-core'
import { getClient } from '../registry.ts'
import { markReported } from '../reported.ts'
import { hasFilterFor, type NestFilter } from './nest-exceptions.ts'

/*
 * What handlers of a hybrid app's microservices throw: watched where Nest answers it, as for routes (nest-exceptions.ts). There is no request
 * and no status: what a filter of the program takes is the filter's, and an `RpcException` is an answer.
 */

/** Nest's RpcExceptionsHandler. */
interface RpcExceptionsHandler {
  handle(exception: unknown, ...rest: unknown[]): unknown
  readonly filters?: readonly NestFilter[]
}

/** The private members of a microservice by which the class of its handlers is met, in every version since Nest 8. */
interface NestMicroservice {
  readonly microservicesModule?: {
    readonly listenersController?: {
      readonly exceptionFiltersContext?: { create?(controller: object, handler: object, module: undefined): RpcExceptionsHandler }
    }
  }
}

interface HybridApp {
  connectMicroservice?(...options: unknown[]): NestMicroservice | undefined
  getMicroservices?(): readonly NestMicroservice[]
}

const WATCHED = Symbol.for('heartwood.node.nest.messages')

/** Captures the exceptions of the handlers of messages and events in microservices that the app has, and that it connects from now on. */
export const watchNestMessages = (app: object, own: Client | undefined): void => {
  for (const microservice of (app as HybridApp).getMicroservices?.() ?? []) watchHandlers(microservice, own)
  // Nest hands out a proxy that looks each method up when it is called: its class has the one that is not ours.
  const { connectMicroservice }: HybridApp = Object.getPrototypeOf(app)
  if (typeof connectMicroservice !== 'function') return
  Object.defineProperty(app, 'connectMicroservice', {
    configurable: true,
    writable: true,
    value(this: HybridApp, ...options: unknown[]) {
      const microservice = connectMicroservice.apply(this, options)
      watchHandlers(microservice, own)
      return microservice
    },
  })
}

function watchHandlers(microservice: NestMicroservice | undefined, own: Client | undefined): void {
  const handler = handlerOf(microservice)
  if (typeof handler?.handle !== 'function') return
  // The class of the handler; a symbol is nothing that its type could know.
  const prototype = Object.getPrototypeOf(handler) as RpcExceptionsHandler & { [WATCHED]?: true }
  if (prototype[WATCHED]) return
  Object.defineProperty(prototype, WATCHED, { value: true })
  const { handle } = prototype
  prototype.handle = function (exception, ...rest) {
    // Before Nest's own answer, which also logs the exception.
    if (!isAnswer(exception) && !hasFilterFor(this, exception) && markReported(exception)) {
      const client = own ?? getClient()
      client?.captureException(exception, { handled: false })
    }
    return handle.call(this, exception, ...rest)
  }
}

const handlerOf = (microservice: NestMicroservice | undefined): RpcExceptionsHandler | undefined => {
  try {
    return microservice?.microservicesModule?.listenersController?.exceptionFiltersContext?.create?.({}, () => {}, undefined)
  } catch {
    // Another version of Nest: its app connects as it does without us.
    return undefined
  }
}

/** `RpcException`, which has words for the caller. */
const isAnswer = (exception: unknown): boolean =>
  typeof exception === 'object' && exception !== null && typeof (exception as { getError?: unknown }).getError === 'function'
