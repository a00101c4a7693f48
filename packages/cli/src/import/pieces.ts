import type { ByteReader } from './byte-reader.ts'
import { countLines } from './cut-records.ts'
import type { Cutter } from './cutter.ts'

/** Aim for one request; a record that is longer makes a longer one. */
const PIECE_BYTES = 2 * 1024 * 1024
/** Below the server's limit for a body (`LIMITS.bodyBytes`), with room for a header row. */
export const LARGEST_PIECE_BYTES = 31 * 1024 * 1024

/** How much of a piece's end is kept to know it again. */
const RAW_BYTES = 4 * 1024

export interface Piece {
  /** Of its first byte, and of the one after its last, in the unpacked text. */
  offset: number
  end: number
  /** 1-based line on which it begins. */
  line: number
  lines: number
  /** Its last bytes as they stand in the text. */
  raw: Buffer
  /** What is sent; empty when there is nothing to send. */
  body: Buffer
  /** Lines of `body` that belong to no line of the file. */
  addedLines: number
  /** The record is longer than a request may be and is passed over. */
  tooLarge: boolean
}

export interface PieceStart {
  offset: number
  line: number
  /** Ends of pieces that were sent before but perhaps not taken: they are cut in the same places again. */
  plannedEnds: number[]
}

/**
 * Cuts what a reader gives into pieces. The same text from the same offset is always cut in the same places.
 * A document that cannot be cut and is too large comes as a piece that is `tooLarge`, and nothing after it.
 */
export async function* readPieces(reader: ByteReader, cutter: Cutter, start: PieceStart): AsyncGenerator<Piece> {
  let { offset, line } = start
  const planned = start.plannedEnds.filter((end) => end > offset).sort((a, b) => a - b)
  for (;;) {
    const wanted = planned.shift()
    const { bytes, atEnd, tooLarge } = await nextCut(reader, cutter, offset === 0, wanted === undefined ? undefined : wanted - offset)
    if (bytes.length === 0) return
    if (tooLarge) {
      const lines = cutter.canSkip ? 1 : 0
      const skipped = cutter.canSkip ? await skipLine(reader) : bytes.length
      yield { offset, end: offset + skipped, line, lines, raw: Buffer.alloc(0), body: Buffer.alloc(0), addedLines: 0, tooLarge: true }
      if (!cutter.canSkip) return
      offset += skipped
      line += lines
      continue
    }
    // The reader's buffer is let go before the piece is sent.
    const atStart = offset === 0
    const body = Buffer.from(cutter.wrap(bytes, { atStart, atEnd }))
    const lines = countLines(bytes)
    const end = offset + bytes.length
    const raw = Buffer.from(bytes.subarray(-RAW_BYTES))
    reader.consume(bytes.length)
    yield { offset, end, line, lines, raw, body, addedLines: atStart ? 0 : cutter.addedLines, tooLarge: false }
    offset = end
    line += lines
  }
}

interface Cut {
  bytes: Buffer
  atEnd: boolean
  tooLarge: boolean
}

async function nextCut(reader: ByteReader, cutter: Cutter, atStart: boolean, wanted: number | undefined): Promise<Cut> {
  if (wanted !== undefined) return { bytes: await reader.peek(wanted), atEnd: true, tooLarge: false }
  for (let size = PIECE_BYTES; ; size *= 2) {
    const limit = Math.min(size, LARGEST_PIECE_BYTES)
    const buffer = await reader.peek(limit)
    const atEnd = buffer.length < limit
    const length = cutter.cut(buffer, { atStart, atEnd })
    if (length > 0) return { bytes: buffer.subarray(0, length), atEnd: atEnd && length === buffer.length, tooLarge: false }
    if (atEnd || limit === LARGEST_PIECE_BYTES) return { bytes: buffer, atEnd, tooLarge: !atEnd }
  }
}

/** Passes over the rest of a line; resolves with its length. */
async function skipLine(reader: ByteReader): Promise<number> {
  for (let skipped = 0; ; ) {
    const some = await reader.peek(PIECE_BYTES)
    if (some.length === 0) return skipped
    const newline = some.indexOf(0x0a)
    const count = newline < 0 ? some.length : newline + 1
    reader.consume(count)
    skipped += count
    if (newline >= 0) return skipped
  }
}
