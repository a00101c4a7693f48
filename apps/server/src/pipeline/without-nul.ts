const NUL = /\0/g

const clean = (text: string): string => (text.includes('\0') ? text.replace(NUL, '') : text)

/** Deeper values are kept as JSON text, or not at all (texts.ts); the stack ends somewhere. */
const DEEPEST = 500

/**
 * The value without the character U+0000, in texts and in names: it is what padding and broken programs leave, ends texts early in many tools,
 * and the stores of some products refuse it. A value without one comes back as it is.
 */
export function withoutNul<Value>(value: Value): Value
export function withoutNul(value: unknown): unknown {
  return cleanValue(value, 0)
}

function cleanValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return clean(value)
  if (typeof value !== 'object' || value === null || depth > DEEPEST) return value
  if (Array.isArray(value)) {
    const items: unknown[] = value.map((item) => cleanValue(item, depth + 1))
    return items.some((item, index) => item !== value[index]) ? items : value
  }
  let changed = false
  const entries = Object.entries(value).map(([name, member]): [string, unknown] => {
    const kept: [string, unknown] = [clean(name), cleanValue(member, depth + 1)]
    if (kept[0] !== name || kept[1] !== member) changed = true
    return kept
  })
  return changed ? Object.fromEntries(entries) : value
}
