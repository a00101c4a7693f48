import { setImmediate } from 'node:timers/promises'
import { ownBytes } from '../../http/body-encoding.ts'

/** Some entries of a body, as a body of their own. */
export interface Piece {
  /** Absent where it would be larger than a piece may be: one entry, or what is no list of entries. */
  body?: Uint8Array
  /** Where it ends in the whole. */
  end: number
}

export interface Cut {
  /** Where the list begins: {@link listStart}. */
  start: number
  /** Where the first entry to be cut begins; at `start` or behind a comma of the list. */
  from: number
  /** Bytes of each piece but the last. */
  leastBytes: number
  /** Bytes of any piece. */
  mostBytes: number
}

const HEAD_BYTES = 200
const HEAD = /^(?:\xef\xbb\xbf)?\s*\{\s*"logs"\s*:\s*\[/
const TAIL = Buffer.from(']}')
/** Bytes that are looked through before others have their turn on the thread. */
const TURN_BYTES = 1024 * 1024

/** Where the list of `{"logs":[…]}` begins; undefined for any other body. */
export const listStart = (body: Uint8Array): number | undefined => HEAD.exec(Buffer.from(body.subarray(0, HEAD_BYTES)).toString('latin1'))?.[0].length

/**
 * Cuts `{"logs":[…]}` between entries: what one job decodes keeps all others waiting. What is no JSON is cut somewhere, or not at all; the last
 * piece has whatever stands behind the list. An entry that is too large is a piece of its own, so that it takes no other with it.
 */
export async function* cutPieces(body: Uint8Array, { start, from, leastBytes, mostBytes }: Cut): AsyncGenerator<Piece> {
  const head = body.subarray(0, start)
  const mostInner = mostBytes - start - TAIL.byteLength
  const piece = (first: number, end: number, tail: Uint8Array = TAIL): Piece =>
    end - first > mostInner ? { end } : { body: join(head, body.subarray(first, end), tail), end }
  let first = from
  let comma = -1
  let turn = from
  let depth = 0
  let isText = false
  let at = from
  for (; at < body.length; at++) {
    if (at >= turn) {
      await setImmediate()
      turn = at + TURN_BYTES
    }
    const byte = body[at]
    if (isText) {
      if (byte === BACKSLASH) at++
      else if (byte === QUOTE) isText = false
    } else if (byte === QUOTE) isText = true
    else if (byte === 0x7b || byte === 0x5b) depth++
    else if (byte === 0x7d || byte === 0x5d) {
      depth--
      if (depth < 0) break
    } else if (byte === COMMA && depth === 0) {
      if (at - first > mostInner && comma > first) {
        yield piece(first, comma)
        first = comma + 1
      }
      comma = at
      if (at - first < leastBytes) continue
      yield piece(first, at)
      first = at + 1
    }
  }
  const { length } = body
  if (length - first > mostInner && comma > first) {
    yield piece(first, comma)
    first = comma + 1
  }
  // The list ends here, and what is too large stands behind it.
  if (length - first > mostInner && at < length && at - first <= mostInner) {
    yield piece(first, at)
    first = at
  }
  yield piece(first, length, NOTHING)
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const NOTHING = new Uint8Array(0)

const join = (...parts: Uint8Array[]): Uint8Array =>
  ownBytes(
    parts,
    parts.reduce((sum, { byteLength }) => sum + byteLength, 0),
  )
