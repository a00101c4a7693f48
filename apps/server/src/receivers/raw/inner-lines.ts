import { Buffer } from 'node:buffer'

/** Stands before each further line of a framed message: indented, it belongs to the line before it, and nobody writes it. */
export const INNER_LINE = '\t\x01'

/** Blanks, line ends and bytes 0. */
const isBlank = (byte: number | undefined): boolean => byte === 10 || byte === 13 || byte === 32 || byte === 9 || byte === 0

/**
 * One framed message for a text that is cut into lines: what stands around it is left out, and its further lines are marked, so that they come out
 * of `decodeLines` with it, as they were.
 */
export function keepTogether(message: Buffer): Buffer {
  let start = 0
  let end = message.length
  while (start < end && isBlank(message[start])) start++
  while (end > start && isBlank(message[end - 1])) end--
  const line = message.subarray(start, end)
  return line.includes(10) ? Buffer.from(line.toString('latin1').replaceAll('\n', `\n${INNER_LINE}`), 'latin1') : line
}
