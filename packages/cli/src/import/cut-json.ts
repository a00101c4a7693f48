import type { Cutter } from './cutter.ts'

interface Items {
  /** Begin and end of each whole value, in turn. */
  bounds: number[]
  /** Where the list was closed; -1 when it was not. */
  closed: number
  /** Where a value begins that is not whole; -1 when there is none. */
  torn: number
}

/**
 * A list is cut between its items, and its pieces are sent as lists of their own; several documents one after another are sent as a list
 * too. One object goes as it is.
 */
export function jsonCutter(head: Buffer): Cutter {
  const begin = firstByte(head)
  const isList = head[begin] === OPEN_LIST
  const scan = (buffer: Buffer, atStart: boolean): Items => scanItems(buffer, atStart ? begin + (isList ? 1 : 0) : 0, isList)
  return {
    cut: (buffer, { atStart, atEnd }) => {
      const { bounds, closed, torn } = scan(buffer, atStart)
      if (closed >= 0) return closed + 1
      // What is torn at the end goes alone, so that it does not make its neighbours unreadable.
      const last = bounds.at(-1) ?? 0
      return atEnd && (torn < 0 || last === 0) ? buffer.length : last
    },
    wrap: (piece, { atStart }) => {
      const { bounds, torn } = scan(piece, atStart)
      if (bounds.length === 0) return torn < 0 ? piece.subarray(0, 0) : piece
      if (bounds.length === 2 && !isList && atStart) return piece
      const parts: Buffer[] = []
      for (let index = 0; index < bounds.length; index += 2) parts.push(index === 0 ? OPEN : COMMA, piece.subarray(bounds[index], bounds[index + 1]))
      return Buffer.concat([...parts, CLOSE])
    },
    addedLines: 0,
    canSkip: false,
  }
}

const OPEN = Buffer.from('[')
const CLOSE = Buffer.from(']')
const COMMA = Buffer.from(',')
const OPEN_LIST = 0x5b
const CLOSE_LIST = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
const QUOTE = 0x22
const BACKSLASH = 0x5c

const isBetween = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09 || byte === 0x2c

function firstByte(head: Buffer): number {
  let at = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0
  while (isBetween(head[at])) at++
  return at
}

/** Finds values by brackets and quotes alone; whether they are valid is for the server to say. */
function scanItems(buffer: Buffer, from: number, inList: boolean): Items {
  const bounds: number[] = []
  let begin = -1
  let depth = 0
  let quoted = false
  for (let at = from; at < buffer.length; at++) {
    const byte = buffer[at]
    if (quoted) {
      if (byte === BACKSLASH) at++
      else if (byte === QUOTE) {
        quoted = false
        if (depth === 0) {
          bounds.push(begin, at + 1)
          begin = -1
        }
      }
      continue
    }
    if (depth === 0) {
      const ends = isBetween(byte) || (byte === CLOSE_LIST && inList)
      if (ends && begin >= 0) {
        bounds.push(begin, at)
        begin = -1
      }
      if (byte === CLOSE_LIST && inList) return { bounds, closed: at, torn: -1 }
      if (ends) continue
      if (begin < 0) begin = at
    }
    if (byte === QUOTE) quoted = true
    else if (byte === OPEN_OBJECT || byte === OPEN_LIST) depth++
    else if ((byte === CLOSE_OBJECT || byte === CLOSE_LIST) && depth > 0 && --depth === 0) {
      bounds.push(begin, at + 1)
      begin = -1
    }
  }
  return { bounds, closed: -1, torn: begin }
}
