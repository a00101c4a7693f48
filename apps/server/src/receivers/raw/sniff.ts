import type { Format } from '@heartwood/protocol'
import type { DecodeJob } from '../../ingest/decoder.ts'
import { decodeText } from '../native/decode-text.ts'
import { delimiterOf, isCsvHeader, isPostgresCsv } from './csv.ts'
import { RAW_FORMATS, type RawFormat } from './formats.ts'

export type KnownFormat = RawFormat['name']

/** How much of a body is looked at. */
const HEAD_BYTES = 65_536

const FORMAT_OF_TYPE = new Map(RAW_FORMATS.flatMap(({ name, contentTypes }) => contentTypes.map((type) => [type, name] as const)))

const isOpenBoardLog = (head: string): boolean => /^\s*(?:\/\*|\{)/.test(head) && head.includes('"open-board-log-')

const isJsonObject = (line: string): boolean => {
  if (!line.startsWith('{') || !line.endsWith('}')) return false
  try {
    JSON.parse(line)
    return true
  } catch {
    return false
  }
}

/** `[{`, `[ ]` and their like: `[2024-05-01 …` and `[main] …` are lines of text. */
const JSON_START = /^(?:\{\s*(?:["}]|$)|\[\s*(?:[{\]"[]|$))/
const STAMP_CELL = /^"?\d{4}-\d\d-\d\d[ T]\d\d:/
const SYSLOG_START = /^(?:\d{1,7} )?<\d{1,3}>/
const PAIR = /(?:^|\s)[A-Za-z_][\w.@/-]{0,100}=(?:"(?:[^"\\]|\\.)*"|[^\s"]*)/g
const LOGFMT_KEY = /(?:^|\s)(?:level|lvl|msg|message|time|ts|at|t|severity|method|status)=/

const DOCKER_LINE = /^\{"log":"(?:[^"\\]|\\.)*",.*"time":"/
const AUDIT_LINE = /^(?:node=\S+ )?type=\w+ msg=audit\(/

/** `2012-10-11T03:47:20+00:00 heroku router[web.1]: ` before the pairs. */
const HEADER = /^\d{4}-\d\d-\d\dT\S{1,40} [\w.-]{1,100} [\w.-]{1,100}\[[\w.-]{1,100}\]: /

const isLogfmt = (whole: string): boolean => {
  if (AUDIT_LINE.test(whole)) return false
  const line = whole.replace(HEADER, '')
  if (!/^[A-Za-z_][\w.@/-]{0,100}=/.test(line) || !LOGFMT_KEY.test(line)) return false
  const pairs = line.slice(0, 2_000).match(PAIR) ?? []
  return pairs.length >= 2
}

/** What a body is, by what it looks like; the first that fits. */
export const sniffFormat = (body: Uint8Array): KnownFormat => {
  const head = decodeText(body.subarray(0, HEAD_BYTES)).trimStart()
  if (isOpenBoardLog(head)) return 'obl'
  const lines = head.split('\n', 400).map((line) => line.trim())
  // The last line may have been cut off.
  if (body.length > HEAD_BYTES && lines.length > 1) lines.pop()
  const filled = lines.filter((line) => line !== '')
  const first = filled[0] ?? ''
  if (isJsonObject(first)) {
    // Each line of a container's output is a record of its own, also those of a stack: only the text reader puts them together.
    if (DOCKER_LINE.test(first)) return 'text'
    // Programs that log JSON still print plain lines among it: the text reader takes both.
    if (filled.every((line) => line.startsWith('{'))) return filled.length > 1 ? 'jsonl' : 'json'
    return 'text'
  }
  if (JSON_START.test(first)) return 'json'
  if (SYSLOG_START.test(first)) return 'syslog'
  const cells = first.split(delimiterOf(first))
  if (isPostgresCsv(first)) return 'csv'
  // A row of data is no header, whatever word stands in it.
  if (cells.length >= 2 && isCsvHeader(cells) && !cells.some((cell) => STAMP_CELL.test(cell))) return 'csv'
  return isLogfmt(first) ? 'logfmt' : 'text'
}

export interface ResolveOptions {
  /** Take `text/plain` for its word. Off, it means as little as no content type: it is what `fetch` and many tools send for want of a better one. */
  plainIsText?: boolean
}

/** The format of a job: the one that is named, else that of the content type, else what the content looks like. */
export const resolveFormat = (job: Pick<DecodeJob, 'format' | 'contentType' | 'body'>, options: ResolveOptions = {}): KnownFormat => {
  if (job.format !== 'auto') return job.format as Exclude<Format, 'auto'>
  const type = job.contentType.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  const named = FORMAT_OF_TYPE.get(type)
  if (named === 'json') return isOpenBoardLog(decodeText(job.body.subarray(0, HEAD_BYTES))) ? 'obl' : 'json'
  if (named !== undefined && (named !== 'text' || options.plainIsText === true)) return named
  return sniffFormat(job.body)
}
