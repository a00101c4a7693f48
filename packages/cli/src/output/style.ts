import type { Context, OutputStream } from '../context.ts'

const CODES = {
  dim: [2, 22],
  bold: [1, 22],
  red: [31, 39],
  yellow: [33, 39],
  green: [32, 39],
  cyan: [36, 39],
  magenta: [35, 39],
  gray: [90, 39],
} as const
export type Style = keyof typeof CODES
export type Paint = (style: Style, text: string) => string

/** Colours where a terminal shows them and nobody asked for none (NO_COLOR, TERM=dumb). */
export function createPaint(context: Context, stream: OutputStream): Paint {
  const { NO_COLOR, TERM } = context.env
  const colours = stream.isTTY === true && (NO_COLOR === undefined || NO_COLOR === '') && TERM !== 'dumb'
  return (style, text) => (colours ? `\u001b[${CODES[style][0]}m${text}\u001b[${CODES[style][1]}m` : text)
}

export const LEVEL_STYLE: Record<string, Style> = { trace: 'gray', debug: 'cyan', info: 'green', warn: 'yellow', error: 'red', fatal: 'magenta' }
