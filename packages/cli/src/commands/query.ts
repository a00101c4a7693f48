import { ApiError } from '@heartwood/protocol'
import { type Command, say } from '../context.ts'
import { CliError, EXIT } from '../errors.ts'
import { createEventPrinter } from '../output/event-printer.ts'
import { formatQueryError } from '../output/query-error.ts'
import { needProject } from '../server/choose-project.ts'
import { onServer } from './call.ts'

/** `LIMITS.searchPage` of the protocol. */
const PAGE = 1_000

interface QueryOptions {
  from: string
  to: string
  limit: number
  order: 'asc' | 'desc'
  utc?: boolean
}

/** Prints page after page up to the limit; a pipe's reader that stops reading stops the paging. */
export const query = ([q = '']: string[]): Command<QueryOptions> =>
  onServer(async ({ client }, context, options) => {
    const { from, to, limit, order } = options
    const project = await needProject(client, options.project)
    const print = createEventPrinter(context, options)
    const onTerminal = context.stdout.isTTY === true && !options.json
    let printed = 0
    let cursor: string | undefined
    do {
      const filter = { project: project.id, q, from, to, order, ...(onTerminal ? {} : { fields: '*' }) }
      const page = await client
        .search({ query: { ...filter, limit: Math.min(PAGE, limit - printed), ...(cursor === undefined ? {} : { cursor }) } })
        .catch((error: unknown) => Promise.reject(explainQueryError(q, error)))
      for (const event of page.events) await print(event)
      printed += page.events.length
      if (page.partial) say(context, `Not everything was searched (${page.partial.reason}): ${page.partial.message}`)
      cursor = page.events.length === 0 ? undefined : (page.nextCursor ?? undefined)
    } while (cursor !== undefined && printed < limit && !context.signal.aborted)
    if (onTerminal && printed === 0) say(context, `No event matches between ${from} and ${to}.`)
    if (onTerminal && cursor !== undefined) say(context, `There are more than these ${printed}; --limit shows more.`)
    return EXIT.done
  })

export function explainQueryError(q: string, error: unknown): unknown {
  return error instanceof ApiError && error.code === 'query-invalid'
    ? new CliError('query-invalid', formatQueryError(q, error), { cause: error })
    : error
}
