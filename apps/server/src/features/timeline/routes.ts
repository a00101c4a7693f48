import type { FastifyInstance } from 'fastify'
import { abortOnClose } from '../../http/abort-on-close.ts'
import type { Caller } from '../../http/caller.ts'
import { handle } from '../../http/route.ts'
import type { Timeline } from './service.ts'

export interface TimelineRoutesDeps {
  timeline: Timeline
  /** @throws HeartwoodError `project-not-found`, `project-forbidden` */
  resolveProject(caller: Caller, ref: string): { id: number }
}

export function registerTimeline(app: FastifyInstance, { timeline, resolveProject }: TimelineRoutesDeps): void {
  handle(app, 'timeline', ({ caller, params, query, reply }) =>
    timeline.read(resolveProject(caller, query.project).id, params.id, query, abortOnClose(reply)),
  )
}
