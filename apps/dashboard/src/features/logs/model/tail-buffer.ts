import type { EventJson } from '@heartwood/protocol'

/** What a live tail holds: newest first, bounded, so that a page left open for a day stays quick. */
export interface TailBuffer {
  rows: readonly EventJson[]
  /** Arrived while paused, newest first. */
  waiting: readonly EventJson[]
  waitingCount: number
  paused: boolean
  /** Events that the server or this page left out because they came too fast. */
  dropped: number
}

export const TAIL_ROWS = 5_000

export const emptyTail: TailBuffer = { rows: [], waiting: [], waitingCount: 0, paused: false, dropped: 0 }

/** Takes what arrived, oldest first. */
export function pushTail(buffer: TailBuffer, arrived: readonly EventJson[]): TailBuffer {
  const newest = [...arrived].reverse()
  if (buffer.paused) {
    return { ...buffer, waiting: [...newest, ...buffer.waiting].slice(0, TAIL_ROWS), waitingCount: buffer.waitingCount + arrived.length }
  }
  return { ...buffer, rows: [...newest, ...buffer.rows].slice(0, TAIL_ROWS) }
}

export const pauseTail = (buffer: TailBuffer): TailBuffer => ({ ...buffer, paused: true })

/** Shows what waited; what did not fit while waiting is counted as dropped. */
export function resumeTail(buffer: TailBuffer): TailBuffer {
  const missed = buffer.waitingCount - buffer.waiting.length
  return {
    rows: [...buffer.waiting, ...buffer.rows].slice(0, TAIL_ROWS),
    waiting: [],
    waitingCount: 0,
    paused: false,
    dropped: buffer.dropped + missed,
  }
}

export const dropTail = (buffer: TailBuffer, count: number): TailBuffer => ({ ...buffer, dropped: buffer.dropped + count })
