import type { FastifyInstance } from 'fastify'
import { abortOnClose } from '../../http/abort-on-close.ts'
import type { Caller } from '../../http/caller.ts'
import { handle } from '../../http/route.ts'
import type { Flows } from './service.ts'

export interface FlowRoutesDeps {
  flows: Flows
  /** @throws HeartwoodError `project-not-found`, `project-forbidden` */
  resolveProject(caller: Caller, ref: string | undefined): { id: number }
}

export function registerFlows(app: FastifyInstance, { flows, resolveProject }: FlowRoutesDeps): void {
  handle(app, 'flows', ({ caller, query, reply }) => flows.list(resolveProject(caller, query.project).id, query, abortOnClose(reply)))
  handle(app, 'flowRuns', ({ caller, query, reply }) => flows.runs(resolveProject(caller, query.project).id, query, abortOnClose(reply)))
  handle(app, 'flowSteps', ({ caller, query, reply }) => flows.steps(resolveProject(caller, query.project).id, query, abortOnClose(reply)))
  handle(app, 'flowRun', ({ caller, params, query, reply }) => flows.run(resolveProject(caller, query.project).id, params.id, abortOnClose(reply)))
}
