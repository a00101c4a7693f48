import type { Level } from '@heartwood/protocol'

const WORDS: Record<Level, string> = {
  trace: 'trace trc verbose vrb finest finer all',
  debug: 'debug dbug dbg debug1 debug2 debug3 debug4 debug5 fine config',
  info: 'info information informational inf notice note log system statement hint detail context',
  warn: 'warn warning wrn',
  error: 'error err eror fail failed failure severe',
  fatal: 'fatal ftl critical crit crt alert emerg emergency panic',
}

const LEVEL_OF_WORD = new Map<string, Level>()
for (const [level, words] of Object.entries(WORDS) as [Level, string][]) for (const word of words.split(' ')) LEVEL_OF_WORD.set(word, level)

/** Our level of a word that a logger wrote where its level stands, any case; undefined when it is none. */
export const levelOfWord = (word: string): Level | undefined => LEVEL_OF_WORD.get(word) ?? LEVEL_OF_WORD.get(word.toLowerCase())

const SEVERITIES: readonly Level[] = ['fatal', 'fatal', 'fatal', 'error', 'warn', 'info', 'info', 'debug']

/** Our level of a syslog severity (0…7); undefined for anything else. */
export const levelOfSeverity = (severity: number): Level | undefined => SEVERITIES[severity]

const LETTERS: Record<string, Level> = {
  V: 'trace',
  T: 'trace',
  D: 'debug',
  I: 'info',
  N: 'info',
  W: 'warn',
  E: 'error',
  F: 'fatal',
  C: 'fatal',
  A: 'fatal',
}

/** Our level of the single letter of logcat, klog, Ruby and their like. */
export const levelOfLetter = (letter: string): Level | undefined => LETTERS[letter]

const LOUD_WORD = /(?<![A-Za-z0-9_])(TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|FATAL|CRITICAL|PANIC|ALERT|EMERG)(?![A-Za-z0-9_])/

/**
 * The first whole level word in capitals within the first 64 characters. Words in small letters inside a sentence ("there were 0 errors") say nothing.
 */
export const levelInText = (text: string): Level | undefined => {
  const match = LOUD_WORD.exec(text.length > 72 ? text.slice(0, 72) : text)
  return match && match.index < 64 ? levelOfWord(match[1] ?? '') : undefined
}
