import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { HeartwoodError } from '../../errors.ts'
import { abortOnClose } from '../../http/abort-on-close.ts'
import type { Caller } from '../../http/caller.ts'
import { handle } from '../../http/route.ts'
import { parseQuery } from '../../query/parser.ts'
import type { Logs } from './service.ts'
import { sse, type TailHub } from './tail-hub.ts'

export interface LogsRoutesDeps {
  logs: Logs
  tails: TailHub
  /** @throws HeartwoodError `project-not-found`, `project-forbidden` */
  resolveProject(caller: Caller, ref: string | undefined): { id: number }
  /** @throws HeartwoodError when the caller of a request may not have its answer any more */
  readmit(request: FastifyRequest): Promise<void>
  /** How often a quiet tail gets a sign of life. Default 15 s. */
  pingMs?: number
  /** How often it is asked whether its caller may still have it. Default 2 s. */
  readmitMs?: number
}

/** Routes of the Logs page. */
export function registerLogs(app: FastifyInstance, deps: LogsRoutesDeps): void {
  const { logs, tails, resolveProject, pingMs = 15_000, readmitMs = 2_000 } = deps
  handle(app, 'search', ({ caller, query, reply }) => logs.search(resolveProject(caller, query.project).id, query, abortOnClose(reply)))
  handle(app, 'event', ({ caller, params, query, reply }) =>
    logs.event(resolveProject(caller, query.project).id, params.id, query.timestamp, abortOnClose(reply)),
  )
  handle(app, 'histogram', ({ caller, query, reply }) => logs.histogram(resolveProject(caller, query.project).id, query, abortOnClose(reply)))
  handle(app, 'fields', ({ caller, query, reply }) => logs.fields(resolveProject(caller, query.project).id, query, abortOnClose(reply)))
  handle(app, 'facets', ({ caller, query, reply }) => logs.facets(resolveProject(caller, query.project).id, query, abortOnClose(reply)))
  handle(app, 'counts', ({ caller, query, reply }) => logs.counts(resolveProject(caller, query.project).id, query, abortOnClose(reply)))
  handle(app, 'values', ({ caller, query, reply }) => logs.values(resolveProject(caller, query.project).id, query, abortOnClose(reply)))

  const readmitted = async (request: FastifyRequest, project: string): Promise<void> => {
    await deps.readmit(request)
    resolveProject(request.caller, project)
  }

  // Open streams would keep the server from closing.
  app.addHook('preClose', async () => tails.close())
  handle(app, 'tail', async ({ caller, query, request, reply }) => {
    const project = resolveProject(caller, query.project)
    // An unreadable query is an answer of its own, as long as no stream has begun.
    parseQuery(query.q)
    const { raw } = reply
    const end = tails.open(project.id, query.q, {
      write: (text) => raw.write(text),
      onDrain: (resume) => raw.once('drain', resume),
      end: () => raw.end(),
    })
    const ping = setInterval(() => {
      if (!raw.writableNeedDrain) raw.write(sse('ping', {}))
    }, pingMs)
    const admission = setInterval(() => {
      readmitted(request, String(project.id)).catch((error: unknown) => {
        // A database that does not answer is no refusal.
        if (!(error instanceof HeartwoodError) || error.status >= 500) return
        end()
        raw.end(sse('end', { status: error.status, code: error.code, message: error.message }))
      })
    }, readmitMs)
    raw.once('close', () => {
      clearInterval(ping)
      clearInterval(admission)
      end()
    })
    raw.once('error', () => raw.destroy())
    reply.hijack()
    raw.writeHead(200, {
      ...headersOf(reply),
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    })
    raw.write(sse('ping', {}))
    // The stream answers for itself; the declared response is the shape of each event in it.
    return undefined as never
  })
}

/** Headers that plugins have set, in the form that a raw response takes. */
const headersOf = (reply: FastifyReply): { [name: string]: string | string[] | number } =>
  Object.fromEntries(Object.entries(reply.getHeaders()).filter((entry): entry is [string, string | string[] | number] => entry[1] !== undefined))
