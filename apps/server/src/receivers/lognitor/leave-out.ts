import type { LooseRecord } from '../decode.ts'

/** A copy without some members; the object itself where it has none of them. */
export function leaveOut(object: LooseRecord, names: readonly string[]): LooseRecord {
  if (!names.some((name) => name in object)) return object
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)))
}
