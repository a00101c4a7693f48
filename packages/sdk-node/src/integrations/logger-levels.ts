import type { Level } from '@heartwood/sdk-core'

/** Levels of npm, syslog, winston's cli and other loggers, by the order in which those stand; as the server reads them otherwise. */
const NAMES: { readonly [name: string]: Level } = {
  silly: 'trace',
  finest: 'trace',
  trace: 'trace',
  input: 'debug',
  verbose: 'debug',
  fine: 'debug',
  debug: 'debug',
  http: 'info',
  prompt: 'info',
  data: 'info',
  help: 'info',
  success: 'info',
  notice: 'info',
  log: 'info',
  info: 'info',
  warning: 'warn',
  warn: 'warn',
  severe: 'error',
  err: 'error',
  error: 'error',
  crit: 'fatal',
  critical: 'fatal',
  alert: 'fatal',
  emerg: 'fatal',
  emergency: 'fatal',
  panic: 'fatal',
  fatal: 'fatal',
}

/** Names of a logger's own levels, and what they are here. */
export type LevelNames = { readonly [name: string]: Level }

export interface ReadLevel {
  readonly level: Level
  /** What the logger calls it, where that is not the same word: kept as the attribute `level`. */
  readonly name: string | undefined
}

/** A name that nobody knows is `info`. */
export const levelOfName = (name: string, own: LevelNames | undefined): ReadLevel => {
  const level = own?.[name] ?? NAMES[name.toLowerCase()] ?? 'info'
  return { level, name: name.toLowerCase() === level ? undefined : name }
}

/** Numbers of pino and bunyan, 30 for info; what stands between two counts as the lower. */
export const levelOfNumber = (level: number): Level => {
  if (level >= 60) return 'fatal'
  if (level >= 50) return 'error'
  if (level >= 40) return 'warn'
  if (level >= 30) return 'info'
  return level >= 20 ? 'debug' : 'trace'
}
