import type { DecodeFormat } from '../decode.ts'
import { decodeText } from '../native/decode-text.ts'
import { createZone } from '../stamps/zone.ts'
import { decodeLines } from './text/decode-lines.ts'
import { readWithoutStamp } from './text/plain.ts'
import { createTextReaders, PLAIN_READERS } from './text/readers.ts'

export interface TextDecoderOptions {
  /** Join stacks and continuation lines to the event before them; else every line that is not blank is an event. */
  join: boolean
  /** `all` forms of log lines, or only a time and a level in front (`plain`, as Timberlogs documents it). Default `all`. */
  readers?: 'all' | 'plain'
  /** What a line without a time takes: that of the line before it (default), or the time of receipt. */
  withoutTime?: 'inherit' | 'receipt'
}

/** Text of log files: whatever a program wrote, line by line, with times, levels, hosts and services as far as the lines name them. */
export const createTextDecoder =
  (options: TextDecoderOptions): DecodeFormat =>
  (job, sink) => {
    const readers = options.readers === 'plain' ? PLAIN_READERS : createTextReaders(createZone(job.timezone))
    decodeLines(decodeText(job.body), job, sink, {
      readers,
      fallback: readWithoutStamp,
      join: options.join ? 'stacks' : 'none',
      withoutTime: options.withoutTime ?? 'inherit',
    })
  }

export const decodeTextLog: DecodeFormat = createTextDecoder({ join: true })
