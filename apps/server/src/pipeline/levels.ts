import type { Level } from '@heartwood/protocol'

/** Words that loggers use for severity, in lower case. */
const WORDS: ReadonlyMap<string, Level> = new Map(
  (
    [
      ['trace', 'trace t trc v verbose silly finest finer all'],
      ['debug', 'debug d dbg debu fine config debug1 debug2 debug3 debug4 debug5'],
      ['info', 'info i inf n information informational informative notice log default success ok statement hint detail http command'],
      ['warn', 'warn w wrn warning warnings'],
      ['error', 'error e err eror fail failed failure severe'],
      ['fatal', 'fatal f ftl crit critical alert emerg emergency panic dpanic wtf assert a c'],
    ] as const
  ).flatMap(([level, words]) => words.split(' ').map((word): [string, Level] => [word, level])),
)

const SYSLOG: readonly Level[] = ['fatal', 'fatal', 'fatal', 'error', 'warn', 'info', 'info', 'debug']
const PINO: readonly Level[] = ['trace', 'trace', 'debug', 'info', 'warn', 'error', 'fatal']
const PYTHON: readonly Level[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal']

/** Which numbers a field holds: 10…60 mean other things to pino and to Python. */
export type LevelNumbers = 'pino' | 'python' | 'syslog'

/** undefined when the text is no level that we know. */
export function levelFromText(text: string, numbers: LevelNumbers = 'pino'): Level | undefined {
  const known = WORDS.get(text)
  if (known) return known
  if (text.length > 20) return undefined
  const word = text.trim().toLowerCase()
  const level = WORDS.get(word) ?? WORDS.get(word.replace(/^[[<(]+|[\])>:]+$/g, ''))
  if (level) return level
  return /^\d{1,3}$/.test(word) ? levelFromNumber(Number(word), numbers) : undefined
}

/** 0…7 are syslog severities; from 10 on pino's and bunyan's, or Python's. Numbers between two levels belong to the lower one. */
export function levelFromNumber(value: number, numbers: LevelNumbers = 'pino'): Level | undefined {
  if (!(value >= 0 && value <= 1000)) return undefined
  if (value < 8) return Number.isInteger(value) ? SYSLOG[value] : undefined
  if (numbers === 'syslog') return undefined
  const table = numbers === 'python' ? PYTHON : PINO
  return table[Math.min(Math.floor(value / 10), table.length - 1)]
}
