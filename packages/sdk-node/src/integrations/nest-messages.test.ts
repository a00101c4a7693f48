import type { Client } from '@heartwood/sdk-core'
import { expect, it } from 'vitest'
import { watchNestExceptions } from './nest-exceptions.ts'
import { watchNestMessages } from './nest-messages.ts'

class RpcExceptionsHandler {
  readonly filters = []
  handle(exception: unknown): string {
    return `answered ${String(exception)}`
  }
}

class App {
  readonly #create: () => unknown
  constructor(create: () => unknown) {
    this.#create = create
  }
  connectMicroservice(): object {
    return { microservicesModule: { listenersController: { exceptionFiltersContext: { create: this.#create } } } }
  }
}

const setUp = (app: object) => {
  const captured: unknown[] = []
  watchNestMessages(app, { captureException: (exception: unknown) => captured.push(exception) } as unknown as Client) // of a client it needs no more
  return captured
}

it('captures what a handler of messages throws, but no RpcException, and lets Nest answer both', () => {
  const app = new App(() => new RpcExceptionsHandler())
  const captured = setUp(app)
  app.connectMicroservice()
  const failure = new TypeError('no database')
  const refusal = { getError: () => 'no such order', toString: () => 'RpcException' }
  const handler = new RpcExceptionsHandler()
  expect([handler.handle(failure), handler.handle(refusal)]).toEqual(['answered TypeError: no database', 'answered RpcException'])
  expect(captured).toEqual([failure])
})

it('leaves an app alone whose inside is not as it knows it', () => {
  const create = () => {
    throw new TypeError('it takes other arguments')
  }
  const app = new App(create)
  setUp(app)
  expect(app.connectMicroservice()).toHaveProperty('microservicesModule')
  expect(watchNestExceptions({ routesResolver: { routerExceptionsFilter: { create } } })).toBe(false)
})
