import { type ApiClient, ApiError, type EventJson, LIMITS } from '@heartwood/protocol'
import { type Command, type Context, say } from '../context.ts'
import { CliError, EXIT } from '../errors.ts'
import { createEventPrinter } from '../output/event-printer.ts'
import { sayPartial } from '../output/partial.ts'
import { formatQueryError } from '../output/query-error.ts'
import { needProject } from '../server/choose-project.ts'
import { onServer } from './call.ts'

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
    const filter = { project: project.id, q, from, to, order, ...(onTerminal ? {} : { fields: '*' }) }
    const { printed, hasMore } = await eachEvent(client, filter, { limit, context }, print)
    // Said in a pipe, too, as long as a person sees it: mostly the range is the default.
    if ((onTerminal || context.stderr.isTTY === true) && printed === 0) say(context, `No event matches between ${from} and ${to}.${hintAtColon(q)}`)
    if (onTerminal && hasMore) say(context, `There are more than these ${printed}; --limit shows more.`)
    return EXIT.done
  })

/** `service=nginx` is a text, and may be meant as a field; within quotes and patterns it is meant as it stands. */
function hintAtColon(q: string): string {
  const quotedOrField = /"(?:\\.|[^"\\])*"|(?<=^|[\s(:!-])\/(?:\\.|[^/\\])*\/|(?<=^|[\s(!-])([A-Za-z][\w.]*)={1,2}("(?:\\.|[^"\\])*"|[\w*.-][^\s)]*)/g
  const [, name, value] = [...q.matchAll(quotedOrField)].find(([, field]) => field !== undefined) ?? []
  return name === undefined ? '' : ` “${name}=${value}” is looked for as a text; the field is ${name}:${value}.`
}

type Filter = Omit<Parameters<ApiClient['search']>[0]['query'], 'limit' | 'cursor'>

/** Hands over page after page up to the limit; says when not everything was searched. */
export async function eachEvent(
  client: ApiClient,
  filter: Filter,
  { limit, context }: { limit: number; context: Context },
  take: (event: EventJson) => Promise<void>,
): Promise<{ printed: number; hasMore: boolean }> {
  let printed = 0
  let cursor: string | undefined
  do {
    context.signal.throwIfAborted()
    const page = await client
      .search({ query: { ...filter, limit: Math.min(LIMITS.searchPage, limit - printed), ...(cursor === undefined ? {} : { cursor }) } })
      .catch((error: unknown) => Promise.reject(explainQueryError(filter.q ?? '', error)))
    for (const event of page.events) await take(event)
    printed += page.events.length
    sayPartial(context, page.partial, 'searched')
    cursor = page.events.length === 0 ? undefined : (page.nextCursor ?? undefined)
  } while (cursor !== undefined && printed < limit)
  return { printed, hasMore: cursor !== undefined }
}

export function explainQueryError(q: string, error: unknown): unknown {
  return error instanceof ApiError && error.code === 'query-invalid'
    ? new CliError('query-invalid', formatQueryError(q, error), { cause: error })
    : error
}
