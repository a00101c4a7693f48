import type { Api, RouteName, RouteOutput, RouteParsed, RouteSpec } from '@heartwood/protocol'
import { api } from '@heartwood/protocol'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { HeartwoodError } from '../errors.ts'
import type { Caller } from './caller.ts'

interface RouteContext<Spec extends RouteSpec> {
  params: RouteParsed<Spec, 'params'>
  query: RouteParsed<Spec, 'query'>
  body: RouteParsed<Spec, 'body'>
  caller: Caller
  request: FastifyRequest
  reply: FastifyReply
}

export type Handler<Spec extends RouteSpec> = (context: RouteContext<Spec>) => Promise<RouteOutput<Spec>>

/** Registers the handler of one route of the contract: access, parsing and status come from its declaration. */
export function handle<Name extends RouteName>(app: FastifyInstance, name: Name, handler: Handler<Api[Name]>, door?: string): void {
  const spec: RouteSpec = api[name]
  app.route({
    method: spec.method,
    url: spec.path,
    config: door === undefined ? { access: spec.access } : { access: spec.access, door },
    handler: async (request, reply) => {
      const context = {
        params: parse(spec.params, request.params, 'params'),
        query: parse(spec.query, request.query, 'query'),
        body: parse(spec.body, request.body, 'body'),
        caller: request.caller,
        request,
        reply,
      }
      // Each part was parsed by the schema that its type comes from, which the compiler cannot see behind a name that is a type parameter.
      const answer = await handler(context as unknown as RouteContext<Api[Name]>)
      if (reply.sent || spec.raw === 'event-stream') return reply
      // A handler may have set a status of its own. It returns its answer all the same: one that it sends itself is on its way for some time
      // before `reply.sent` says so.
      return reply.code(reply.statusCode === 200 ? (spec.status ?? 200) : reply.statusCode).send(answer)
    },
  })
}

function parse(schema: z.ZodType | undefined, value: unknown, place: string): unknown {
  if (!schema) return undefined
  const result = schema.safeParse(value ?? {})
  if (result.success) return result.data
  const details = result.error.issues.map((issue) => ({ place, path: issue.path.join('.'), message: issue.message }))
  const first = details[0]
  throw new HeartwoodError(
    'validation-failed',
    `The ${place} of the request is not valid${first ? `: ${first.path || place}: ${first.message}` : ''}.`,
    { details },
  )
}
