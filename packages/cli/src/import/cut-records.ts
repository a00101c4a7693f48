import { cutAtRecord, type KnownFormat, pieceHeaderOf } from '@heartwood/server/formats'
import { jsonCutter } from './cut-json.ts'
import type { Cutter } from './cutter.ts'

const NEWLINE = 0x0a
/** An entry of so many lines is cut all the same. */
const LONGEST_ENTRY_BYTES = 8 * 1024 * 1024

/** @param head the beginning of the file, which holds its header if it has one. */
export function createCutter(format: KnownFormat, head: Buffer): Cutter {
  if (format === 'json') return jsonCutter(head)
  const header = pieceHeaderOf(withoutMark(head), format)
  return {
    cut: (buffer, { atEnd }) => {
      if (atEnd) return buffer.length
      const border = cutAtRecord(buffer, format)
      // One document goes as a whole or not at all.
      return border === 0 && format !== 'obl' && buffer.length >= LONGEST_ENTRY_BYTES ? buffer.lastIndexOf(NEWLINE) + 1 : border
    },
    wrap: (piece, { atStart }) => (atStart || header.length === 0 ? piece : Buffer.concat([header, piece])),
    addedLines: countLines(header),
    canSkip: format !== 'obl',
  }
}

const withoutMark = (head: Buffer): Buffer => (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? head.subarray(3) : head)

export function countLines(bytes: Uint8Array): number {
  let count = 0
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) count++
  return count
}
