import type { FastifyInstance } from 'fastify'
import { abortOnClose } from '../../http/abort-on-close.ts'
import type { Caller } from '../../http/caller.ts'
import { handle } from '../../http/route.ts'
import type { Issues } from './service.ts'

export interface IssueRoutesDeps {
  issues: Issues
  /** @throws HeartwoodError `project-not-found`, `project-forbidden` */
  resolveProject(caller: Caller, ref: string | undefined): { id: number }
}

export function registerIssues(app: FastifyInstance, { issues, resolveProject }: IssueRoutesDeps): void {
  handle(app, 'listIssues', ({ caller, query, reply }) => issues.list(resolveProject(caller, query.project).id, query, abortOnClose(reply)))
  handle(app, 'issue', ({ caller, params, query, reply }) => issues.one(resolveProject(caller, query.project).id, params.id, abortOnClose(reply)))
  handle(app, 'updateIssue', ({ caller, params, query, body }) => {
    const personId = caller.kind === 'person' ? caller.personId : undefined
    return issues.update(resolveProject(caller, query.project).id, params.id, { ...body, personId })
  })
}
