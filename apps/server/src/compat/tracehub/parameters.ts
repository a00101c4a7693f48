import { LEVELS, type Level, type UnixMicros } from '@heartwood/protocol'
import { parseInstant } from '../../query/instant.ts'
import { parameterFault } from './errors.ts'

export type Query = { readonly [name: string]: unknown }

export const textOf = (query: Query, name: string): string | undefined => {
  const value = query[name]
  const text = Array.isArray(value) ? value.at(-1) : value
  return typeof text === 'string' && text !== '' ? text : undefined
}

/** @throws HeartwoodError `validation-failed` when it is missing */
export function requiredOf(query: Query, name: string): string {
  const text = textOf(query, name)
  if (text === undefined) throw parameterFault('missing', 'query', name, 'Field required')
  return text
}

/** @throws HeartwoodError `validation-failed` when it is no whole number within these bounds */
export function integerOf(query: Query, name: string, usual: number, least: number, most = Number.MAX_SAFE_INTEGER): number {
  const text = textOf(query, name)
  if (text === undefined) return usual
  if (!/^[+-]?\d{1,15}$/.test(text)) {
    throw parameterFault('int_parsing', 'query', name, 'Input should be a valid integer, unable to parse string as an integer')
  }
  const value = Number(text)
  if (value < least) throw parameterFault('greater_than_equal', 'query', name, `Input should be greater than or equal to ${least}`)
  if (value > most) throw parameterFault('less_than_equal', 'query', name, `Input should be less than or equal to ${most}`)
  return value
}

/** @throws HeartwoodError `validation-failed` when it is no time */
export function timeOf(query: Query, name: string): UnixMicros | undefined {
  const text = textOf(query, name)
  if (text === undefined) return undefined
  // A `+` that was not escaped in an address arrives as a space; without a zone it is UTC.
  const mended = text.trim().replace(/^(.+T.+) (\d\d:?\d\d)$/i, '$1+$2')
  const time = parseInstant(mended) ?? parseInstant(`${mended}Z`)
  if (time === undefined) throw parameterFault('datetime_from_date_parsing', 'query', name, 'Input should be a valid datetime')
  return time
}

const BY_THEIR_NAME: ReadonlyMap<string, readonly Level[]> = new Map([
  ['DEBUG', ['trace', 'debug']],
  ['INFO', ['info']],
  ['WARN', ['warn']],
  ['ERROR', ['error']],
  ['FATAL', ['fatal']],
])

/** Our levels of one of theirs. @throws HeartwoodError `validation-failed` for any other word */
export function levelsOf(query: Query, name = 'level'): readonly Level[] | undefined {
  const text = textOf(query, name)
  if (text === undefined) return undefined
  const levels = BY_THEIR_NAME.get(text.toUpperCase())
  if (levels === undefined) throw parameterFault('enum', 'query', name, "Input should be 'DEBUG', 'INFO', 'WARN', 'ERROR' or 'FATAL'")
  return levels
}

export const theirLevel = (level: Level): string => (level === 'trace' ? 'DEBUG' : level.toUpperCase())
export const isLevel = (text: string): text is Level => (LEVELS as readonly string[]).includes(text)

/** A member of a JSON body that has to be a text. @throws HeartwoodError `validation-failed` */
export function bodyText(body: unknown, name: string): string {
  const value = bodyOf(body)[name]
  if (value === undefined) throw parameterFault('missing', 'body', name, 'Field required')
  if (typeof value !== 'string') throw parameterFault('string_type', 'body', name, 'Input should be a valid string')
  return value
}

export const bodyOf = (body: unknown): Query => (typeof body === 'object' && body !== null && !Array.isArray(body) ? (body as Query) : {})

const MOST_SKILLS = 100
const LONGEST_SKILL = 100

/** The list of `PUT /auth/me/skills`, trimmed, each once. @throws HeartwoodError `validation-failed` */
export function skillsIn(body: unknown): string[] {
  const { skills } = bodyOf(body)
  if (skills === undefined) throw parameterFault('missing', 'body', 'skills', 'Field required')
  if (!Array.isArray(skills)) throw parameterFault('list_type', 'body', 'skills', 'Input should be a valid list')
  const trimmed = skills.map((skill: unknown) => {
    if (typeof skill !== 'string') throw parameterFault('string_type', 'body', 'skills', 'Input should be a valid string')
    return skill.trim().slice(0, LONGEST_SKILL)
  })
  return [...new Set(trimmed)].filter((skill) => skill !== '').slice(0, MOST_SKILLS)
}
