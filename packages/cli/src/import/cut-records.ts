import { jsonCutter } from './cut-json.ts'
import type { KnownFormat } from './detect-format.ts'

/** Where in its file a buffer stands. */
interface Place {
  atStart: boolean
  atEnd: boolean
}

/** Cuts text at borders of records, so that each piece can be decoded on its own. */
export interface Cutter {
  /** How many bytes from the beginning are whole records; 0 when not even one is. `buffer` begins at a border. */
  cut(buffer: Buffer, place: Place): number
  /** The body to send for a piece; empty when it holds no record. */
  wrap(piece: Buffer, place: Place): Buffer
  /** Lines that `wrap` puts before a piece that is not the first. */
  addedLines: number
  /** A record that is too large can be passed over, because the next one begins after a line break. */
  canSkip: boolean
}

const NEWLINE = 0x0a
const QUOTE = 0x22

export function createCutter(format: KnownFormat, head: Buffer): Cutter {
  const byLines = (cut: (buffer: Buffer) => number): Cutter => ({
    cut: (buffer, { atEnd }) => (atEnd ? buffer.length : cut(buffer)),
    wrap: (piece) => piece,
    addedLines: 0,
    canSkip: true,
  })
  if (format === 'csv') return csvCutter(head)
  if (format === 'json') return jsonCutter(head)
  // One document: it goes as a whole or not at all.
  if (format === 'obl') return { ...byLines(() => 0), canSkip: false }
  return byLines(format === 'jsonl' || format === 'logfmt' ? cutAfterLine : cutBeforeEntry)
}

/** After the last line break. */
const cutAfterLine = (buffer: Buffer): number => buffer.lastIndexOf(NEWLINE) + 1

/** How an entry of a text log begins, as far as it shows at a glance: a stamp, a priority, a level. Stack traces begin otherwise. */
const ENTRY =
  /^(?:[[(<"']{0,2}(?:\d{4}[-/.]\d\d|\d{1,2}[-/.]\d{1,2}[-/. ]|\d{1,2}[:h]\d\d|\d{9,}|\d{6} |[A-Z][a-z]{2} +\d{1,2} |[A-Z][a-z]{2},? )|<\d{1,3}>|\d+ <\d{1,3}>|\[ *\d+\.\d+\]|[IWEFD]\d{4} |[\w.:-]+ \S+ \S+ \[)/
const CONTINUATION = /^(?:\s|$|Caused by\b|Suppressed:|\.\.\. \d+ more|Traceback \(|During handling|The above exception|at )/
const LOOK_BACK = 512 * 1024

/**
 * Before the last line that begins an entry, so that a stack trace stays with its entry; where no line shows that it begins one,
 * before the last that does not look like a continuation; else after the last line break.
 */
function cutBeforeEntry(buffer: Buffer): number {
  let possible = 0
  const end = cutAfterLine(buffer)
  for (let next = end; next > Math.max(0, end - LOOK_BACK); ) {
    const start = next >= 2 ? buffer.lastIndexOf(NEWLINE, next - 2) + 1 : 0
    if (start === 0) break
    const line = buffer.toString('latin1', start, Math.min(next, start + 80))
    if (ENTRY.test(line)) return start
    if (possible === 0 && !CONTINUATION.test(line)) possible = start
    next = start
  }
  return possible || end
}

/** After the last line break outside quotes; every piece but the first is sent under the header again. */
function csvCutter(head: Buffer): Cutter {
  const end = endOfFirstRow(head)
  const header = head.subarray(head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0, end)
  return {
    cut: (buffer, { atEnd }) => (atEnd ? buffer.length : cutAfterRow(buffer)),
    wrap: (piece, { atStart }) => (atStart ? piece : Buffer.concat([header, piece])),
    addedLines: countLines(header),
    canSkip: true,
  }
}

function cutAfterRow(buffer: Buffer): number {
  let border = 0
  let from = 0
  for (let quoted = false; ; quoted = !quoted) {
    const quote = buffer.indexOf(QUOTE, from)
    const until = quote < 0 ? buffer.length : quote
    if (!quoted && until > from) {
      const last = buffer.lastIndexOf(NEWLINE, until - 1)
      if (last >= from) border = last + 1
    }
    if (quote < 0) return border
    from = quote + 1
  }
}

function endOfFirstRow(head: Buffer): number {
  let quoted = false
  for (let index = 0; index < head.length; index++) {
    if (head[index] === QUOTE) quoted = !quoted
    else if (head[index] === NEWLINE && !quoted) return index + 1
  }
  return head.length
}

export function countLines(buffer: Buffer): number {
  let count = 0
  for (let at = buffer.indexOf(NEWLINE); at >= 0; at = buffer.indexOf(NEWLINE, at + 1)) count++
  return count
}
