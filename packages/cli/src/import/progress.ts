import type { Context } from '../context.ts'
import { cutToWidth } from '../output/text-width.ts'
import { formatBytes, formatCount, formatSeconds } from '../output/units.ts'

export interface Progress {
  /** The time and the rate count from here. */
  begin(at: number): void
  /** How far it is; `total` is undefined while it is not known (standard input). */
  update(done: number, total: number | undefined, accepted: number): void
  /** A sentence of its own, above the bar. */
  note(text: string): void
  /** Shown beside the bar until it is undefined again. */
  status(text: string | undefined): void
  end(): void
}

const REDRAW_MS = 100
const LINE_EVERY_MS = 5_000
const BAR_CELLS = 24

/** A bar on a terminal; a line every few seconds elsewhere. Written to stderr, so that stdout has results only. */
export function createProgress(context: Context, now: () => number = () => performance.now()): Progress {
  const { stderr } = context
  const onTerminal = stderr.isTTY === true
  let startedAt = now()
  let lastDrawn = startedAt
  let shown = false
  let statusText: string | undefined
  let latest = ''
  const clear = (): void => {
    if (shown) stderr.write('\r\u001b[K')
    shown = false
  }
  const draw = (): void => {
    const text = statusText === undefined ? latest : `${latest}  ${statusText}`
    stderr.write(`\r\u001b[K${cutToWidth(text, (stderr.columns || 80) - 1)}`)
    shown = true
  }
  return {
    begin: (at) => {
      startedAt = at
      lastDrawn = at
    },
    update: (done, total, accepted) => {
      const time = now()
      if (time - lastDrawn < (onTerminal ? REDRAW_MS : LINE_EVERY_MS)) return
      lastDrawn = time
      latest = describe(done, total, accepted, (time - startedAt) / 1_000, onTerminal)
      if (onTerminal) draw()
      else stderr.write(`${latest}\n`)
    },
    note: (text) => {
      clear()
      stderr.write(`${text}\n`)
    },
    status: (text) => {
      if (text === statusText) return
      statusText = text
      if (onTerminal) draw()
      else if (text !== undefined) stderr.write(`${text}\n`)
    },
    end: clear,
  }
}

function describe(done: number, total: number | undefined, accepted: number, seconds: number, bar: boolean): string {
  const rate = seconds > 0 ? done / seconds : 0
  const speed = `${formatBytes(rate)}/s  ${formatCount(accepted)} events`
  if (total === undefined || total === 0) return `${formatBytes(done)}  ${speed}`
  const share = Math.min(1, done / total)
  const filled = Math.round(share * BAR_CELLS)
  const left = rate > 0 ? `, ${formatSeconds((total - done) / rate)} left` : ''
  const drawn = bar ? `${'█'.repeat(filled)}${'░'.repeat(BAR_CELLS - filled)} ` : ''
  return `${drawn}${Math.floor(share * 100)} %  ${formatBytes(done)} of ${formatBytes(total)}  ${speed}${left}`
}
