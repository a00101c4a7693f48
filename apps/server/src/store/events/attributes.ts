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
const CUT_MARK = '…'

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
  const flattening = new Flattening(limits, whole)
  flattening.walk(value, undefined, 1)
  const { attributes, objects, cut, isAmbiguous } = flattening
  return isAmbiguous ? undefined : { attributes, objects, cut }
}

class Flattening {
  readonly attributes = new Map<string, AttributeValue>()
  readonly objects = new Set<string>()
  cut = 0
  /** Names that have a dot inside one of their own parts, with the place where that part begins. */
  private dotted: { name: string; from: number }[] | undefined
  private collision = false
  private readonly limits: AttributeLimits
  private readonly whole: ReadonlySet<string>

  constructor(limits: AttributeLimits, whole: ReadonlySet<string>) {
    this.limits = limits
    this.whole = whole
  }

  get isAmbiguous(): boolean {
    return this.collision || (this.dotted?.some(({ name, from }) => splitsInside(name, from, this.objects)) ?? false)
  }

  walk(object: object, prefix: string | undefined, depth: number): void {
    for (const key of Object.keys(object)) {
      const member = (object as { [key: string]: unknown })[key]
      if (member === undefined) continue
      const name = joinName(prefix, key)
      if (key.includes('.')) this.noteDots(name, prefix === undefined ? 0 : prefix.length + 1)
      if (typeof member === 'string') this.putText(name, member)
      else if (typeof member === 'number' || typeof member === 'boolean' || member === null) this.put(name, member)
      else if (typeof member !== 'object') this.putText(name, String(member))
      else if (Array.isArray(member) || !this.isFlattenable(member, name, depth)) this.putJson(name, member)
      else {
        this.objects.add(name)
        this.walk(member, name, depth + 1)
      }
    }
  }

  private noteDots(name: string, from: number): void {
    this.dotted ??= []
    this.dotted.push({ name, from })
  }

  private isFlattenable(member: object, name: string, depth: number): boolean {
    if (depth >= this.limits.attributeDepth || (depth === 1 && this.whole.has(name))) return false
    if (typeof (member as { toJSON?: unknown }).toJSON === 'function') return false
    const room = this.limits.attributeKey - name.length - 1
    let isEmpty = true
    for (const key of Object.keys(member)) {
      if (key.length > room) return false
      isEmpty = false
    }
    return !isEmpty
  }

  private put(name: string, value: AttributeValue): void {
    const { attributes, limits } = this
    if (attributes.size >= limits.attributes) {
      this.cut++
      return
    }
    const known = name.length <= limits.attributeKey ? name : cutText(name, limits.attributeKey)
    if (known !== name) this.cut++
    if (this.dotted !== undefined && attributes.has(known)) this.collision = true
    attributes.set(known, value)
  }

  private putText(name: string, text: string): void {
    const short = cutText(text, this.limits.attributeValue)
    if (short !== text) this.cut++
    this.put(name, short)
  }

  private putJson(name: string, value: unknown): void {
    const text = jsonText(value)
    if (text.length <= this.limits.attributeValue) this.put(name, new JsonText(text))
    else this.putText(name, text)
  }
}

/** Joined names by object and key: joining and hashing them anew for each event costs more than all the rest. */
const joined = new Map<string, Map<string, string>>()
const JOINED_LIMIT = 1_000
const JOINED_KEY_LENGTH = 64

const joinName = (prefix: string | undefined, key: string): string => {
  if (prefix === undefined) return key
  if (prefix.length > JOINED_KEY_LENGTH || key.length > JOINED_KEY_LENGTH) return `${prefix}.${key}`
  let names = joined.get(prefix)
  if (names === undefined) {
    if (joined.size >= JOINED_LIMIT) joined.clear()
    names = new Map()
    joined.set(prefix, names)
  }
  let name = names.get(key)
  if (name === undefined) {
    if (names.size >= JOINED_LIMIT) names.clear()
    name = `${prefix}.${key}`
    names.set(key, name)
  }
  return name
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
const cutText = (text: string, length: number): string => {
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
