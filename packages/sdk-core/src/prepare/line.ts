import { REDACTED } from '../redact/redacted.ts'
import type { Redactor } from '../redact/redactor.ts'
import type { Json, JsonObject } from '../types.ts'

/** What JSON writes otherwise than it stands: quotes, backslashes, controls, halves of surrogate pairs (whole ones, too: the writer tells them apart). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what JSON escapes
const ESCAPED = /["\\\u0000-\u001f\ud800-\udfff]/

export const quote = (text: string): string => (ESCAPED.test(text) ? JSON.stringify(text) : `"${text}"`)

/** Members of an object as JSON text without its braces, redacted on the way. */
export function membersOf(object: JsonObject, redactor: Redactor): string {
  let members = ''
  for (const name in object) {
    const verdict = redactor.name(name)
    // Two names may have become one.
    if (verdict.name !== name) return JSON.stringify(redactor.json(object)).slice(1, -1)
    const value = verdict.secret ? REDACTED : (object[name] as Json)
    members += members === '' ? verdict.json : `,${verdict.json}`
    if (typeof value === 'string') members += quote(redactor.text(value))
    else if (typeof value === 'object' && value !== null) members += JSON.stringify(redactor.json(value))
    else if (typeof value === 'number') {
      const clean = redactor.json<Json>(value)
      members += typeof clean === 'number' ? clean : quote(String(clean))
    } else members += value
  }
  return members
}
