import type { DecodeJob } from '../../ingest/decoder.ts'
import { decodeText } from '../native/decode-text.ts'
import { delimiterOf, isMessageColumn } from '../raw/csv.ts'

/** The six raw formats of the protocol. */
export const RAW_FORMATS = ['json', 'jsonl', 'syslog', 'text', 'csv', 'obl'] as const
export type RawFormat = (typeof RAW_FORMATS)[number]

/** `{"logs":[…]}` without a format: what the clients send all day. */
export const STRUCTURED = 'structured'

const TYPES: ReadonlyMap<string, RawFormat> = new Map(
  Object.entries<RawFormat>({
    'application/json': 'json',
    'application/x-ndjson': 'jsonl',
    'application/ndjson': 'jsonl',
    'application/jsonl': 'jsonl',
    'application/json-lines': 'jsonl',
    'application/x-jsonlines': 'jsonl',
    'application/x-syslog': 'syslog',
    'application/syslog': 'syslog',
    'text/plain': 'text',
    'text/csv': 'csv',
    'text/tab-separated-values': 'csv',
    'application/x-obl': 'obl',
    'application/obl': 'obl',
  }),
)

/** How much of a body is looked at. */
const HEAD_BYTES = 65_536
const LOGS = /^\s*\{\s*"logs"\s*:\s*\[/
const SYSLOG = /^(?:\d{1,7} )?<\d{1,3}>/
/** `[{`, `{"` and their like; `[2024-05-01 …` and `[main] …` are lines of text. */
const JSON_START = /^(?:\{\s*(?:["}]|$)|\[\s*(?:[{\]"[]|$))/

/** The format that the request names, else that of its content type, else what the body looks like. */
export function resolveFormat({ format, contentType, body }: Pick<DecodeJob, 'format' | 'contentType' | 'body'>): RawFormat | typeof STRUCTURED {
  if (format !== 'auto') return (RAW_FORMATS as readonly string[]).includes(format) ? (format as RawFormat) : 'text'
  const named = TYPES.get(contentType.split(';', 1)[0]?.trim().toLowerCase() ?? '')
  if (named !== undefined && named !== 'json') return named
  const head = decodeText(body.subarray(0, HEAD_BYTES)).trimStart()
  if (isOpenBoardLog(head)) return 'obl'
  if (LOGS.test(head.slice(0, 200))) return STRUCTURED
  const looks = lookAt(head, body.length > HEAD_BYTES)
  if (looks === 'json') return hasLogs(body) ? STRUCTURED : 'json'
  return named === 'json' && looks !== 'jsonl' ? 'json' : looks
}

const isOpenBoardLog = (head: string): boolean => /^(?:\/\*|\{)/.test(head) && head.includes('"open-board-log-')

/** Other keys may stand before `logs`. */
function hasLogs(body: Uint8Array): boolean {
  if (!Buffer.from(body.buffer, body.byteOffset, body.byteLength).includes('"logs"')) return false
  const value = tryJson(decodeText(body))
  return typeof value === 'object' && value !== null && 'logs' in value && Array.isArray(value.logs)
}

function lookAt(head: string, isCut: boolean): RawFormat {
  const lines = head.split('\n', 400).map((line) => line.trim())
  // The last line may have been cut off.
  if (isCut && lines.length > 1) lines.pop()
  const filled = lines.filter((line) => line !== '')
  const first = filled[0] ?? ''
  if (isObject(first)) return filled.length > 1 ? 'jsonl' : 'json'
  if (JSON_START.test(first) || (!isCut && first.startsWith('[') && tryJson(head) !== undefined)) return 'json'
  if (SYSLOG.test(first)) return 'syslog'
  const cells = first.split(delimiterOf(first))
  return cells.length >= 2 && cells.some(isMessageColumn) ? 'csv' : 'text'
}

const isObject = (line: string): boolean => line.startsWith('{') && line.endsWith('}') && tryJson(line) !== undefined

const tryJson = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
