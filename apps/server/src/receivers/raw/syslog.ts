import { Buffer } from 'node:buffer'
import type { DecodeFormat } from '../decode.ts'
import { levelInText } from '../native/decode-levels.ts'
import { decodeText } from '../native/decode-text.ts'
import { keepTogether } from './inner-lines.ts'
import { decodeLines } from './text/decode-lines.ts'
import { createSyslogReaders } from './text/readers.ts'
import type { TextEvent } from './text/reading.ts'

/**
 * Undoes the framing by counts (`83 <14>1 …`) of RFC 6587: the messages one below the other. The counts are of bytes.
 * @returns the body itself when it is not framed so, and what is left of it from where the counts go wrong.
 */
const unframe = (body: Uint8Array): Uint8Array => {
  const buffer = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  const parts: Buffer[] = []
  let at = 0
  while (at < buffer.length) {
    const head = /^(\d{1,7}) (?=<\d{1,3}>)/.exec(buffer.toString('latin1', at, at + 16))
    if (!head) break
    const start = at + head[0].length
    const end = start + Number(head[1])
    if (end > buffer.length && parts.length > 0) break
    parts.push(keepTogether(buffer.subarray(start, end)), Buffer.from('\n'))
    at = Math.min(end, buffer.length)
    while (buffer[at] === 10 || buffer[at] === 13) at++
  }
  if (parts.length === 0) return body
  parts.push(buffer.subarray(at))
  return Buffer.concat(parts)
}

/** A line that is no syslog is a message all the same. */
const plainLine = (line: string): TextEvent => ({ time: Number.NaN, level: levelInText(line), message: line, attributes: {} })

/** RFC 3164 and RFC 5424, with a priority or (lines of a file) without, framed by counts or by line ends. */
export const decodeSyslog: DecodeFormat = (job, sink) =>
  decodeLines(decodeText(unframe(job.body)), job, sink, {
    readers: createSyslogReaders(),
    fallback: plainLine,
    join: 'indented',
    // What came over the network is of many senders: the time of one says nothing about the next.
    withoutTime: job.door === 'syslog' ? 'receipt' : 'inherit',
  })
