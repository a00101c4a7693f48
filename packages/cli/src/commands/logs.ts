import { createWriteStream } from 'node:fs'
import type { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import type { EventJson } from '@heartwood/protocol'
import { type Command, type Context, type GlobalOptions, say, writeLine } from '../context.ts'
import { CliError, EXIT } from '../errors.ts'
import { type FilterOptions, withFilters } from '../export/filters.ts'
import { type ExportFormat, exporters } from '../export/formats.ts'
import { createEventPrinter } from '../output/event-printer.ts'
import { toAgo } from '../server/ago.ts'
import { needProject } from '../server/choose-project.ts'
import { onServer } from './call.ts'
import { eachEvent } from './query.ts'

export interface LogsOptions extends FilterOptions {
  from: string
  to: string
  limit: number
  order: 'asc' | 'desc'
  format?: ExportFormat
  output?: string
  utc?: boolean
}

/** Events as a table, or in a format that another program (or `heartwood import`) reads. */
export const logs = ([q = '']: string[]): Command<LogsOptions> =>
  onServer(async ({ client }, context, options) => {
    const project = await needProject(client, options.project)
    const sink = openSink(context, options)
    const filter = {
      project: project.id,
      q: withFilters(q, options),
      from: toAgo(options.from),
      to: toAgo(options.to),
      order: options.order,
      fields: '*',
    }
    const { printed, hasMore } = await eachEvent(client, filter, { limit: options.limit, context }, sink.event)
    await sink.end()
    if (printed === 0) say(context, `No event matches between ${options.from} and ${options.to}.`)
    else if (hasMore) say(context, `There are more than these ${printed}; --limit shows more.`)
    return EXIT.done
  })

interface Sink {
  event(event: EventJson): Promise<void>
  end(): Promise<void>
}

/** `--format` or `--output` export; else lines for people, or one JSON object a line in a pipe. */
function openSink(context: Context, options: LogsOptions & GlobalOptions): Sink {
  const { format, output } = options
  if (format === undefined && output === undefined) return { event: createEventPrinter(context, options), end: async () => undefined }
  const exporter = exporters[format ?? 'jsonl']
  const stream = output === undefined ? context.stdout : openFile(output)
  let count = 0
  const begin = async (): Promise<void> => {
    if (count === 0 && exporter.head !== undefined) await writeLine(stream, exporter.head)
  }
  return {
    async event(event) {
      await begin()
      await writeLine(stream, exporter.event(event, count))
      count += 1
    },
    async end() {
      await begin()
      if (exporter.tail !== undefined) await writeLine(stream, exporter.tail)
      if (output === undefined) return
      stream.end()
      await finished(stream).catch((cause: unknown) => {
        throw new CliError('output-unwritable', `${output} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}.`, { cause })
      })
      say(context, `${count} events are in ${output}.`)
    },
  }
}

function openFile(path: string): Writable {
  const stream = createWriteStream(path)
  // Met when the stream is finished.
  stream.on('error', () => undefined)
  return stream
}
