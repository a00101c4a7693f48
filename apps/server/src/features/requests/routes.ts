import type { FastifyInstance } from 'fastify'
import { abortOnClose } from '../../http/abort-on-close.ts'
import type { Caller } from '../../http/caller.ts'
import { handle } from '../../http/route.ts'
import type { Requests } from './service.ts'

export interface RequestRoutesDeps {
  requests: Requests
  /** @throws HeartwoodError `project-not-found`, `project-forbidden` */
  resolveProject(caller: Caller, ref: string | undefined): { id: number }
}

export function registerRequests(app: FastifyInstance, { requests, resolveProject }: RequestRoutesDeps): void {
  handle(app, 'requestRoutes', ({ caller, query, reply }) => requests.routes(resolveProject(caller, query.project).id, query, abortOnClose(reply)))
  handle(app, 'requestChart', ({ caller, query, reply }) => requests.chart(resolveProject(caller, query.project).id, query, abortOnClose(reply)))
  handle(app, 'slowestRequests', ({ caller, query, reply }) => requests.slowest(resolveProject(caller, query.project).id, query, abortOnClose(reply)))
}
