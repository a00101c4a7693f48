import type { TimeRange } from './time-range.ts'

/** How one value of a page's state is written in the address. `undefined` from `read` means unreadable: the default is taken. */
export interface Field<Value> {
  fallback: Value
  read: (text: string) => Value | undefined
  write: (value: Value) => string
}

export const textField = (fallback = ''): Field<string> => ({ fallback, read: (text) => text, write: (value) => value })

export const flagField = (): Field<boolean> => ({ fallback: false, read: (text) => text === '1', write: (value) => (value ? '1' : '') })

/** A list of names, separated by commas; commas and backslashes inside a name are escaped. */
export const listField = (fallback: readonly string[] = []): Field<readonly string[]> => ({
  fallback,
  read: (text) => splitList(text),
  write: (value) => value.map((item) => item.replace(/[\\,]/g, (char) => `\\${char}`)).join(','),
})

export const choiceField = <const Value extends string>(choices: readonly [Value, ...Value[]]): Field<Value> => ({
  fallback: choices[0],
  read: (text) => choices.find((choice) => choice === text),
  write: (value) => value,
})

type ValuesOf<F> = { [Name in keyof F]: F[Name] extends Field<infer Value> ? Value : never }
type TextsOf<F> = { [Name in keyof F]?: string }

/** A two-way mapping between a page's state and its address: `parse(format(state))` is `state`, defaults do not show. */
export interface Codec<State, Search = Record<string, string | undefined>> {
  parse: (search: Record<string, unknown>) => State
  format: (state: State) => Search
  /** The search of a route: what the page understands, written in the one way. */
  validate: (search: Record<string, unknown>) => Search
}

export type StateOf<C> = C extends Codec<infer State, unknown> ? State : never

/** The two ends of a range, as they are when the address says nothing. */
export const rangeFields = ({ from, to }: TimeRange) => ({ from: textField(from), to: textField(to) })

export function createCodec<F extends { [Name in keyof F]: Field<F[Name] extends Field<infer Value> ? Value : never> }>(
  fields: F,
): Codec<ValuesOf<F>, TextsOf<F>> {
  // Each field is paired with its own name: what the type of all of them says, the pairs no longer do.
  const entries = Object.entries(fields) as unknown as [string, Field<unknown>][]
  const parse = (search: Record<string, unknown>): ValuesOf<F> =>
    Object.fromEntries(
      entries.map(([name, field]) => {
        const text = search[name]
        return [name, (typeof text === 'string' ? field.read(text) : undefined) ?? field.fallback]
      }),
    ) as ValuesOf<F>
  const format = (state: ValuesOf<F>): TextsOf<F> => {
    const values = state as Record<string, unknown>
    const pairs = entries.map(([name, field]) => [name, field.write(values[name]), field.write(field.fallback)] as const)
    return Object.fromEntries(pairs.filter(([, text, fallback]) => text !== fallback).map(([name, text]) => [name, text])) as TextsOf<F>
  }
  return { parse, format, validate: (search) => format(parse(search)) }
}

/** The address's query as plain texts (the router would read `q=1` as a number otherwise). */
export const parseSearch = (text: string): Record<string, string> => Object.fromEntries(new URLSearchParams(text))

export function stringifySearch(search: Record<string, unknown>): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(search)) if (typeof value === 'string') query.set(name, value)
  const text = query.toString().replace(/%(3A|2C|2F|40|28|29)/g, (code) => decodeURIComponent(code))
  return text === '' ? '' : `?${text}`
}

function splitList(text: string): string[] {
  if (text === '') return []
  const items = ['']
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? ''
    if (char === ',') items.push('')
    else items[items.length - 1] += char === '\\' ? (text[++at] ?? '') : char
  }
  return items
}
