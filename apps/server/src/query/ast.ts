import type { Kind, Level, UnixMicros } from '@heartwood/protocol'
import type { AttributeField, NumberColumn, TextColumn, TimeColumn } from './fields.ts'
import type { Regexp } from './regexp/syntax.ts'

/** A query with every name and value resolved: the planner and the matcher only translate. */
export type Query =
  | { is: 'all' }
  | { is: 'and'; items: readonly Query[] }
  | { is: 'or'; items: readonly Query[] }
  | { is: 'not'; item: Query }
  | { is: 'term'; term: Term }

export type Term =
  /** The message has it between two borders of words, whatever the case; or an id is exactly it. */
  | { on: 'word'; word: Glob; ids: boolean }
  /** The message contains it, whatever the case. */
  | { on: 'phrase'; text: string }
  | { on: 'message'; test: { op: 'exists' } | RegexpTest }
  | { on: 'text'; column: TextColumn; test: TextTest }
  | { on: 'tag'; test: TextTest }
  | { on: 'attribute'; field: AttributeField; test: TextTest | RangeTest }
  | { on: 'number'; column: NumberColumn; test: { op: 'exists' } | RangeTest }
  | { on: 'time'; column: TimeColumn; test: RangeTest<UnixMicros> }
  | { on: 'level'; levels: readonly Level[] }
  | { on: 'kind'; kinds: readonly Kind[] }
  | { on: 'id'; ids: readonly string[] }

export type TextTest =
  /** Equal to one of them: what was written, and other ways to write the same number or boolean. */
  { op: 'equals'; values: readonly string[] } | { op: 'like'; glob: Glob } | { op: 'exists' } | RegexpTest
interface RegexpTest {
  op: 'regexp'
  regexp: Regexp
}
export interface RangeTest<Value extends number = number> {
  op: 'range'
  above?: Bound<Value>
  below?: Bound<Value>
}
interface Bound<Value extends number = number> {
  value: Value
  inclusive: boolean
}

/** A text with stars between its parts: `['a', '']` is `a*`, `['a']` is `a` itself. */
export type Glob = readonly string[]
