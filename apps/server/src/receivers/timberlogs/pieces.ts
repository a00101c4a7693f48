import { ownBytes } from '../../http/body-encoding.ts'

/** Some entries of a body, as a body of their own. */
export interface Piece {
  body: Uint8Array
  /** Where they end in the whole. */
  end: number
  entries: number
}

const HEAD_BYTES = 200
const HEAD = /^(?:\xef\xbb\xbf)?\s*\{\s*"logs"\s*:\s*\[/
const TAIL = Buffer.from(']}')

/** Where the list of `{"logs":[…]}` begins; undefined for any other body. */
export const listStart = (body: Uint8Array): number | undefined => HEAD.exec(Buffer.from(body.subarray(0, HEAD_BYTES)).toString('latin1'))?.[0].length

/**
 * Cuts `{"logs":[…]}` between entries: what one job decodes keeps all others waiting. What is no JSON is cut somewhere, or not at all; the last
 * piece has whatever stands behind the list.
 *
 * @param start of its list ({@link listStart}).
 * @param leastBytes of each piece but the last.
 */
export function* cutPieces(body: Uint8Array, start: number, leastBytes: number): Generator<Piece> {
  const head = body.subarray(0, start)
  let from = start
  let entries = 0
  let isBlank = true
  let depth = 0
  for (let at = start; at < body.length; at++) {
    const byte = body[at]
    if (byte === QUOTE) {
      isBlank = false
      at = endOfText(body, at)
    } else if (byte === 0x7b || byte === 0x5b) {
      isBlank = false
      depth++
    } else if (byte === 0x7d || byte === 0x5d) {
      depth--
      if (depth < 0) break
    } else if (byte === COMMA && depth === 0) {
      if (!isBlank) entries++
      isBlank = true
      if (at - from < leastBytes) continue
      yield { body: join(head, body.subarray(from, at), TAIL), end: at, entries }
      from = at + 1
      entries = 0
    } else if (isBlank && byte !== undefined && byte > 0x20) isBlank = false
  }
  yield { body: join(head, body.subarray(from)), end: body.length, entries: isBlank ? entries : entries + 1 }
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c

/** The place of the closing quote, or the end of the body. */
function endOfText(body: Uint8Array, quote: number): number {
  let at = quote + 1
  while (at < body.length && body[at] !== QUOTE) at += body[at] === BACKSLASH ? 2 : 1
  return at
}

const join = (...parts: Uint8Array[]): Uint8Array =>
  ownBytes(
    parts,
    parts.reduce((sum, { byteLength }) => sum + byteLength, 0),
  )
