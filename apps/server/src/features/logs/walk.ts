import type { UnixMicros } from '@heartwood/protocol'
import { unixMicros } from '@heartwood/protocol'
import type { Order } from '../../query/cursor.ts'
import type { TimeRange } from '../../query/time-range.ts'

/**
 * Finds the first rows of a long range without reading all of it: small windows first, each as wide as what was found lets
 * expect. The engine could read in the order of its key instead, but that opens every part of the range: at 60 days of data it
 * took six times as long as two windows.
 */
export interface WalkStep {
  /** Matches in the window. */
  found: number
  /** Rows that the engine looked at. */
  rowsRead: number
  /** It ended early: going on makes no sense. */
  stopped: boolean
}

export interface WalkOptions {
  range: TimeRange
  order: Order
  /** Matches that suffice. */
  need: number
  /** Width of the first window. */
  firstMicros: number
  /** Windows before the rest is read at once. */
  maxWindows: number
  /** Reads one window. `isLast` says that it reaches to the end of the range. */
  read(window: TimeRange, need: number, isLast: boolean): Promise<WalkStep>
  /** Where the next rows may lie, asked when a window was wholly empty; undefined when there are none. */
  jump?(rest: TimeRange): Promise<UnixMicros | undefined>
}

const MIN_MICROS = 1_000_000
const GROWTH = 8
const MAX_GROWTH = 64

export async function walk(options: WalkOptions): Promise<void> {
  const { order, need, read, jump } = options
  let rest = options.range
  let width = Math.max(MIN_MICROS, options.firstMicros)
  let found = 0
  let hasJumped = jump === undefined
  for (let windows = 1; ; windows++) {
    // What little would be left is not worth a statement of its own.
    const isLast = windows >= options.maxWindows || width * 1.5 >= rest.to - rest.from
    const window = isLast ? rest : cut(rest, width, order)
    const step = await read(window, need - found, isLast)
    found += step.found
    if (isLast || step.stopped || found >= need) return
    rest = order === 'desc' ? { from: rest.from, to: window.from } : { from: window.to, to: rest.to }
    if (step.rowsRead === 0 && !hasJumped && jump) {
      hasJumped = true
      const to = await jump(rest)
      if (to === undefined) return
      rest =
        order === 'desc' ? { from: rest.from, to: unixMicros(Math.min(rest.to, to)) } : { from: unixMicros(Math.max(rest.from, to)), to: rest.to }
      if (rest.from >= rest.to) return
      continue
    }
    const wanted = step.found === 0 ? GROWTH * 2 : (1.5 * (need - found)) / step.found
    width *= Math.min(MAX_GROWTH, Math.max(GROWTH, wanted))
  }
}

const cut = ({ from, to }: TimeRange, width: number, order: Order): TimeRange =>
  order === 'desc' ? { from: unixMicros(Math.floor(to - width)), to } : { from, to: unixMicros(Math.ceil(from + width)) }
