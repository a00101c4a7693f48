import type { ResolvedOptions } from '../options.ts'
import type { Json, JsonObject } from '../types.ts'
import { finishCuts } from '../values/cut-text.ts'
import { redactAddressPasswords } from './address-passwords.ts'
import { redactionFor, type TextRedaction } from './patterns.ts'
import { REDACTED } from './redacted.ts'
import { createNameTest } from './secret-names.ts'
import { createUrlRedaction } from './url-parameters.ts'

/** What a client wants taken out, made ready. Nothing given is changed: what has nothing to take out comes back as it is. */
export interface Redactor {
  text(text: string): string
  json<Value extends Json>(value: Value): Value
  name(name: string): NameVerdict
}

interface NameVerdict {
  /** Its value is taken out. */
  readonly secret: boolean
  /** As it may be sent: names can hold an address or a number themselves. */
  readonly name: string
  /** `"name":` */
  readonly json: string
}

/** What is shorter is no key of a server, and may be a word. */
const SHORTEST_KEY = 16
const SHORTEST_CARD = 13
const MAX_VERDICTS = 5_000
const MAX_NAME = 200
const MAX_DEPTH = 100

/** @param apiKey of the client: source lines and addresses of the program may hold it */
export function createRedactor(redact: ResolvedOptions['redact'], urlParameters: readonly string[], apiKey = ''): Redactor {
  const patterns = redact === false ? [] : redact.patterns
  const steps: TextRedaction[] = patterns.map(redactionFor)
  const urls = createUrlRedaction(urlParameters)
  // First: what a pattern leaves of an address may not look like one any more.
  if (urls !== undefined) steps.unshift(urls)
  if (redact !== false) steps.unshift(redactAddressPasswords)
  if (redact !== false && apiKey.length >= SHORTEST_KEY) steps.unshift((text) => text.replaceAll(apiKey, REDACTED))
  const isSecret = createNameTest(redact === false ? [] : redact.keys)
  const shortestNumber = patterns.some((pattern) => typeof pattern !== 'string') ? 0 : patterns.includes('creditCard') ? SHORTEST_CARD : Infinity
  const verdicts = new Map<string, NameVerdict>()

  const text = (given: string): string => {
    let clean = given
    for (const step of steps) clean = step(clean)
    return finishCuts(clean)
  }

  const judge = (given: string): NameVerdict => {
    const name = text(given)
    const verdict = { secret: isSecret(given), name, json: `${JSON.stringify(name)}:` }
    if (given.length > MAX_NAME) return verdict
    if (verdicts.size >= MAX_VERDICTS) verdicts.clear()
    verdicts.set(given, verdict)
    return verdict
  }
  const nameVerdict = (name: string): NameVerdict => verdicts.get(name) ?? judge(name)

  const json = (value: Json, depth: number): Json => {
    if (typeof value === 'string') return text(value)
    if (typeof value === 'number') return number(value)
    if (typeof value !== 'object' || value === null) return value
    if (depth > MAX_DEPTH) return REDACTED
    return Array.isArray(value) ? list(value, depth + 1) : object(value, depth + 1)
  }

  const number = (value: number): number | typeof REDACTED => {
    if (shortestNumber === Infinity) return value
    const written = String(value)
    return written.length >= shortestNumber && text(written) !== written ? REDACTED : value
  }

  const list = (items: Json[], depth: number): Json[] => {
    let changed: Json[] | undefined
    for (let index = 0; index < items.length; index++) {
      const item = items[index] as Json
      const clean = json(item, depth)
      if (clean === item) continue
      changed ??= [...items]
      changed[index] = clean
    }
    return changed ?? items
  }

  const object = (value: JsonObject, depth: number): JsonObject => {
    let changed: JsonObject | undefined
    let renamed = false
    for (const name in value) {
      const verdict = nameVerdict(name)
      const member = value[name] as Json
      const clean = verdict.secret ? REDACTED : json(member, depth)
      if (clean !== member) {
        changed ??= { ...value }
        changed[name] = clean
      }
      if (verdict.name !== name) renamed = true
    }
    return renamed ? withCleanNames(changed ?? value) : (changed ?? value)
  }

  /** Names that have become equal keep their values apart. */
  const withCleanNames = (value: JsonObject): JsonObject => {
    const names = new Set<string>()
    const entries = Object.entries(value).map(([given, member]): [string, Json] => {
      const { name } = nameVerdict(given)
      let free = name
      for (let count = 2; names.has(free); count++) free = `${name} ${count}`
      names.add(free)
      return [free, member]
    })
    return Object.fromEntries(entries)
  }

  return {
    text,
    json: <Value extends Json>(value: Value) => json(value, 0) as Value, // objects stay objects, texts texts, lists lists; a number may become a text
    name: nameVerdict,
  }
}
