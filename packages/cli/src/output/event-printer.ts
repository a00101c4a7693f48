import type { EventJson } from '@heartwood/protocol'
import { type Context, type GlobalOptions, writeLine } from '../context.ts'
import { formatEventLine } from './event-line.ts'
import { createPaint } from './style.ts'

export type PrintEvent = (event: EventJson) => Promise<void>

/** Lines for people on a terminal; one JSON object a line in a pipe or with `--json`. */
export function createEventPrinter(context: Context, options: GlobalOptions & { utc?: boolean }): PrintEvent {
  const { stdout } = context
  if (options.json || stdout.isTTY !== true) return (event) => writeLine(stdout, JSON.stringify(event))
  const paint = createPaint(context, stdout)
  return (event) => writeLine(stdout, formatEventLine(event, { width: stdout.columns || 120, paint, utc: options.utc ?? false }))
}
