import type { FastifyInstance } from 'fastify'
import { HeartwoodError } from '../errors.ts'
import { type ErrorAnswer, registerErrors } from './errors.ts'

/** Answers what no route below `prefix` takes in the shape of the product whose paths these are. */
export function registerNotFound(app: FastifyInstance, prefix: string, answer: ErrorAnswer): void {
  app.register(
    async (scope) => {
      registerErrors(scope, answer)
      scope.setNotFoundHandler(async ({ method, url }) => {
        throw new HeartwoodError('not-found', `There is nothing at ${method} ${url.split('?')[0]}.`)
      })
    },
    { prefix },
  )
}
