import type { EventJson } from '@heartwood/protocol'
import type { Paint } from './style.ts'
import { LEVEL_STYLE } from './style.ts'
import { cutToWidth, padToWidth, textWidth, toOneLine } from './text-width.ts'

export interface LineFormat {
  /** Cells of the terminal. */
  width: number
  paint: Paint
  /** Times in UTC instead of the machine's zone. */
  utc: boolean
}

const SERVICE_CELLS = 16
const LEVEL_CELLS = 5
/** Below this a narrow terminal leaves out the service. */
const NARROW = 80

/** One event on one line: time, level, service, message, then its attributes as far as they fit. */
export function formatEventLine(event: EventJson, format: LineFormat): string {
  const { paint, width } = format
  const time = formatTime(event.timestamp, format.utc)
  const level = padToWidth(event.level.toUpperCase(), LEVEL_CELLS)
  const service = width < NARROW ? '' : ` ${padToWidth(cutToWidth(toOneLine(event.service ?? '-'), SERVICE_CELLS), SERVICE_CELLS)}`
  const room = Math.max(20, width - time.length - LEVEL_CELLS - textWidth(service) - 2)
  const message = cutToWidth(toOneLine(event.message || errorText(event)), room)
  const left = room - textWidth(message) - 2
  const attributes = left >= 8 ? cutToWidth(formatAttributes(event), left) : ''
  const style = LEVEL_STYLE[event.level] ?? 'gray'
  return `${paint('dim', time)} ${paint(style, level)}${paint('cyan', service)} ${message}${attributes === '' ? '' : `  ${paint('dim', attributes)}`}`
}

/** `2026-11-21 09:30:12.123`, in UTC (then with `Z`) or in the machine's zone. */
function formatTime(timestamp: string, utc: boolean): string {
  const time = new Date(timestamp)
  if (Number.isNaN(time.getTime())) return timestamp
  if (utc) return time.toISOString().replace('T', ' ')
  const two = (value: number): string => String(value).padStart(2, '0')
  const date = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`
  return `${date} ${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}.${String(time.getMilliseconds()).padStart(3, '0')}`
}

const errorText = (event: EventJson): string => [event.error?.type, event.error?.message].filter(Boolean).join(': ')

function formatAttributes(event: EventJson): string {
  const parts: string[] = []
  const request = event.request
  if (request) parts.push([request.method, request.path ?? request.route, request.status].filter((part) => part !== undefined).join(' '))
  flatten(event.attributes ?? {}, '', parts)
  return parts.join(' ')
}

function flatten(value: Record<string, unknown>, prefix: string, parts: string[]): void {
  for (const [name, item] of Object.entries(value)) {
    if (parts.length >= 20) return
    if (typeof item === 'object' && item !== null && !Array.isArray(item)) flatten(item as Record<string, unknown>, `${prefix}${name}.`, parts)
    else parts.push(`${toOneLine(prefix + name)}=${toOneLine(typeof item === 'string' ? item : JSON.stringify(item))}`)
  }
}
