import { type Json, LIMITS, type Redaction } from '@heartwood/protocol'
import { knownField, LAST_TEXT } from './fields.ts'

export const REDACTED = '[redacted]'

/**
 * Names whose values nobody wants in a log, taken out in every project. `token` alone is not among them: cursors, parsers and
 * tokenizers use it for things that people search for. docs/decisions/0010-redaction-by-default.md has the reasons.
 */
const ALWAYS = [
  'password passwd pwd passphrase secret clientSecret authorization proxyAuthorization cookie setCookie apiKey xApiKey accessKey secretKey',
  'privateKey accessToken refreshToken idToken authToken bearerToken sessionToken creditCard cardNumber cvv cvc',
]
  .join(' ')
  .split(' ')

const MAX_VERDICTS = 20_000
/** Patterns look at a text in pieces, so that none of them can take long (see check-pattern.ts). */
export const PATTERN_WINDOW = 2_048

/** What a project wants taken out, made ready. */
export interface Redactor {
  /** Field numbers of the event's own texts to take out. */
  readonly columns: readonly number[]
  readonly hasPatterns: boolean
  isSecret(name: string): boolean
  /** The text without what the patterns match. */
  clean(text: string): string
  /** The same for a JSON value with all of its keys; returns the very value when there was nothing to take out. */
  cleanJson(value: Json): Json
}

const plain = (name: string): string => name.toLowerCase().replace(/[-_ ]/g, '')

export function compileRedaction(redaction: Redaction): Redactor {
  const secrets = new Set([...ALWAYS, ...redaction.keys].map(plain))
  const columns = [...new Set(redaction.keys.flatMap((key) => knownField(key) ?? []).filter((field) => field <= LAST_TEXT))]
  const patterns = redaction.patterns.flatMap((source) => tryPattern(source) ?? [])
  const verdicts = new Map<string, boolean>()

  const judge = (name: string): boolean => {
    const secret = secrets.has(plain(name)) || name.split('.').some((part) => secrets.has(plain(part)))
    if (verdicts.size >= MAX_VERDICTS) verdicts.clear()
    verdicts.set(name, secret)
    return secret
  }
  const isSecret = (name: string): boolean => verdicts.get(name) ?? judge(name)

  const clean = (text: string): string => {
    let cleaned = text
    for (const pattern of patterns) cleaned = replaceInWindows(cleaned, pattern)
    return cleaned
  }

  const cleanJson = (value: Json, depth = 0): Json => {
    if (typeof value === 'string') return patterns.length > 0 ? clean(value) : value
    if (typeof value !== 'object' || value === null) return value
    if (depth > 100) return REDACTED
    if (Array.isArray(value)) {
      const items = value.map((item) => cleanJson(item, depth + 1))
      return items.some((item, index) => item !== value[index]) ? items : value
    }
    let changed = false
    const entries = Object.entries(value).map(([key, member]): [string, Json] => {
      const cleaned = isSecret(key) ? REDACTED : cleanJson(member, depth + 1)
      changed ||= cleaned !== member
      return [key, cleaned]
    })
    return changed ? Object.fromEntries(entries) : value
  }

  return { columns, hasPatterns: patterns.length > 0, isSecret, clean, cleanJson: (value) => cleanJson(value) }
}

/** Redactors by their rules: compiled once, with what they learned about names. */
export function createRedactors(limit = 500): (redaction: Redaction) => Redactor {
  const known = new Map<string, Redactor>()
  return (redaction) => {
    const key = redaction.keys.length + redaction.patterns.length === 0 ? '' : JSON.stringify(redaction)
    let redactor = known.get(key)
    if (redactor === undefined) {
      if (known.size >= limit) known.clear()
      redactor = compileRedaction(redaction)
      known.set(key, redactor)
    }
    return redactor
  }
}

/** Projects set checked patterns only; one that this version of Node cannot read any more is left out rather than stopping everything. */
function tryPattern(source: string): RegExp | undefined {
  try {
    return new RegExp(source, 'gu')
  } catch {
    try {
      return new RegExp(source, 'g')
    } catch {
      return undefined
    }
  }
}

function replaceInWindows(text: string, pattern: RegExp): string {
  if (text.length <= PATTERN_WINDOW) return text.replace(pattern, REDACTED)
  let cleaned = ''
  for (let from = 0; from < text.length; ) {
    const to = windowEnd(text, from)
    cleaned += text.slice(from, to).replace(pattern, REDACTED)
    from = to
  }
  return cleaned.length > LIMITS.message * 2 ? cleaned.slice(0, LIMITS.message * 2) : cleaned
}

/** Windows end after a line or a word where there is one, so that few matches are torn. */
function windowEnd(text: string, from: number): number {
  const end = from + PATTERN_WINDOW
  if (end >= text.length) return text.length
  const line = text.lastIndexOf('\n', end - 1)
  if (line > from + PATTERN_WINDOW / 2) return line + 1
  const word = text.lastIndexOf(' ', end - 1)
  return word > from + PATTERN_WINDOW / 2 ? word + 1 : end
}
