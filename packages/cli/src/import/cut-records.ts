import { cutAtRecord, type KnownFormat, pieceHeaderOf } from '@heartwood/server/formats'
import { jsonCutter } from './cut-json.ts'

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
