import type { LooseRecord } from '../decode.ts'

/** Sets a field whose name came from outside: `__proto__` becomes a field like any other instead of changing the record. */
export const setField = (record: LooseRecord, name: string, value: unknown): void => {
  if (name === '__proto__') Object.defineProperty(record, name, { value, enumerable: true, configurable: true, writable: true })
  else record[name] = value
}
