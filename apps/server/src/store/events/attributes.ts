import { type AttributeValue, type Json, JsonText } from '@heartwood/protocol'

export interface AttributeLimits {
  /** How many attributes one event may have. */
  attributes: number
  /** Levels of objects that become dotted names; deeper ones are kept as JSON text. */
  attributeDepth: number
  /** Length of a dotted name in UTF-16 units. */
  attributeKey: number
  /** Length of a value in UTF-16 units. */
  attributeValue: number
}

export interface FlatAttributes {
  /** Flat, dotted names in the order in which they were sent. */
  attributes: Map<string, AttributeValue>
  /** Dotted names that were objects. */
  objects: Set<string>
  /** Values that were shortened, and attributes that were left out because there were too many. */
  cut: number
}

/** Stands at the end of a text that was shortened. */
export const CUT_MARK = '…'

/**
 * Turns nested attributes into dotted names. Nothing is lost: {@link nestAttributes} gives back what was sent, also when a name had
 * dots of its own (`{"order.id": 1}` is not `{"order": {"id": 1}}`). Where the two would collide in one event the nested one is kept
 * as JSON text, and so is what a dotted name cannot express: lists, empty objects, objects nested too deep or with too long names.
 *
 * @param value what `JSON.parse` gives; `undefined` members are skipped, anything that is not JSON becomes its text.
 */
export const flattenAttributes = (value: { readonly [key: string]: unknown }, limits: AttributeLimits): FlatAttributes => {
  const first = flatten(value, limits, NOTHING)
  if (first !== undefined) return first
  const names = Object.keys(value)
  const touching = names.filter((name) => names.some((other) => other.startsWith(`${name}.`) || name.startsWith(`${other}.`)))
  return flatten(value, limits, new Set(touching)) ?? flatten(value, limits, new Set(names)) ?? { attributes: new Map(), objects: new Set(), cut: 0 }
}

const NOTHING: ReadonlySet<string> = new Set()

/** @param whole top-level names whose objects stay JSON text. @returns undefined when two names would read back as one. */
const flatten = (value: { readonly [key: string]: unknown }, limits: AttributeLimits, whole: ReadonlySet<string>): FlatAttributes | undefined => {
  const attributes = new Map<string, AttributeValue>()
  const objects = new Set<string>()
  /** Names that have a dot inside one of their own parts, with the range of that part. */
  const dotted: { name: string; from: number }[] = []
  let cut = 0
  let collision = false

  const put = (name: string, value: AttributeValue): void => {
    if (attributes.size >= limits.attributes) {
      cut++
      return
    }
    const known = name.length <= limits.attributeKey ? name : cutText(name, limits.attributeKey)
    if (known !== name) cut++
    if (dotted.length > 0 && attributes.has(known)) collision = true
    attributes.set(known, value)
  }
  const putText = (name: string, text: string): void => {
    const short = cutText(text, limits.attributeValue)
    if (short !== text) cut++
    put(name, short)
  }
  const putJson = (name: string, value: unknown): void => {
    const text = jsonText(value)
    if (text.length <= limits.attributeValue) put(name, new JsonText(text))
    else putText(name, text)
  }
  const walk = (object: object, prefix: string, depth: number): void => {
    for (const key of Object.keys(object)) {
      const member = (object as { [key: string]: unknown })[key]
      if (member === undefined) continue
      const name = prefix + key
      if (key.includes('.')) dotted.push({ name, from: prefix.length })
      if (typeof member === 'string') putText(name, member)
      else if (typeof member === 'number' || typeof member === 'boolean' || member === null) put(name, member)
      else if (typeof member !== 'object') putText(name, String(member))
      else if (Array.isArray(member) || !isFlattenable(member, name, depth)) putJson(name, member)
      else {
        objects.add(name)
        walk(member, `${name}.`, depth + 1)
      }
    }
  }
  const isFlattenable = (member: object, name: string, depth: number): boolean => {
    if (depth >= limits.attributeDepth || (depth === 1 && whole.has(name))) return false
    if (typeof (member as { toJSON?: unknown }).toJSON === 'function') return false
    const keys = Object.keys(member)
    const room = limits.attributeKey - name.length - 1
    for (const key of keys) if (key.length > room) return false
    return keys.length > 0
  }
  walk(value, '', 1)
  if (collision || dotted.some(({ name, from }) => splitsInside(name, from, objects))) return undefined
  return { attributes, objects, cut }
}

/** Whether a dot that belongs to the sender's own name would be taken for nesting. */
const splitsInside = (name: string, from: number, objects: ReadonlySet<string>): boolean => {
  for (let dot = name.indexOf('.', from); dot !== -1; dot = name.indexOf('.', dot + 1)) {
    if (objects.has(name.slice(0, dot))) return true
  }
  return false
}

const jsonText = (value: unknown): string => {
  try {
    return JSON.stringify(value) ?? 'null'
  } catch {
    return 'null'
  }
}

/** Shortens to at most `length` units, never inside a surrogate pair, and marks the place. */
export const cutText = (text: string, length: number): string => {
  if (text.length <= length) return text
  const end = Math.max(0, length - CUT_MARK.length)
  const before = text.charCodeAt(end - 1)
  return text.slice(0, before >= 0xd800 && before < 0xdc00 ? end - 1 : end) + CUT_MARK
}

/** How the stored list `attribute_types` names the type of a value that is not text. */
export const TYPE_MARKS = { number: 'n:', boolean: 'b:', null: 'z:', json: 'j:', object: 'o:' } as const

/** Text under which a value is stored and found. */
export const attributeText = (value: AttributeValue): string => (value instanceof JsonText ? value.text : String(value))

/** Entries of `attribute_types`; none for text. */
export const attributeTypes = (attributes: ReadonlyMap<string, AttributeValue>, objects: Iterable<string>): string[] => {
  const types: string[] = []
  for (const [name, value] of attributes) {
    if (typeof value === 'string') continue
    types.push(typeMark(value) + name)
  }
  for (const name of objects) types.push(TYPE_MARKS.object + name)
  return types
}

export const typeMark = (value: Exclude<AttributeValue, string>): string => {
  if (typeof value === 'number') return TYPE_MARKS.number
  if (typeof value === 'boolean') return TYPE_MARKS.boolean
  return value === null ? TYPE_MARKS.null : TYPE_MARKS.json
}

/** Gives attributes back as they were sent. Marks that do not fit their value are ignored: it stays text. */
export const nestAttributes = (entries: Iterable<readonly [string, string]>, types: readonly string[]): { [key: string]: Json } => {
  const marks = new Map<string, string>()
  const objects = new Set<string>()
  for (const type of types) {
    if (type.startsWith(TYPE_MARKS.object)) objects.add(type.slice(2))
    else marks.set(type.slice(2), type.slice(0, 2))
  }
  const root: { [key: string]: Json } = {}
  for (const [name, text] of entries) {
    let place = root
    let from = 0
    for (let dot = name.indexOf('.'); objects.size > 0 && dot !== -1; dot = name.indexOf('.', dot + 1)) {
      if (!objects.has(name.slice(0, dot))) continue
      place = childOf(place, name.slice(from, dot))
      from = dot + 1
    }
    setOwn(place, name.slice(from), typedValue(text, marks.get(name)))
  }
  return root
}

const typedValue = (text: string, mark: string | undefined): Json => {
  switch (mark) {
    case TYPE_MARKS.number: {
      const number = Number(text)
      return Number.isFinite(number) ? number : text
    }
    case TYPE_MARKS.boolean:
      return text === 'true'
    case TYPE_MARKS.null:
      return null
    case TYPE_MARKS.json:
      try {
        return JSON.parse(text) as Json
      } catch {
        return text
      }
    default:
      return text
  }
}

const childOf = (place: { [key: string]: Json }, key: string): { [key: string]: Json } => {
  const existing = Object.hasOwn(place, key) ? place[key] : undefined
  if (typeof existing === 'object' && existing !== null && !Array.isArray(existing)) return existing
  const child: { [key: string]: Json } = {}
  setOwn(place, key, child)
  return child
}

const setOwn = (place: { [key: string]: Json }, key: string, value: Json): void => {
  if (key === '__proto__') Object.defineProperty(place, key, { value, enumerable: true, configurable: true, writable: true })
  else place[key] = value
}
