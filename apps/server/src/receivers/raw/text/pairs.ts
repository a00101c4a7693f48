import type { LooseRecord } from '../../decode.ts'
import { setField } from '../fields.ts'

const ESCAPES: { [letter: string]: string } = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' }

const unescapeText = (text: string): string =>
  text.replace(/\\(?:u([0-9a-fA-F]{4})|([\s\S]))/g, (_all, hex: string | undefined, letter: string | undefined) =>
    hex === undefined ? (ESCAPES[letter ?? ''] ?? letter ?? '') : String.fromCharCode(Number.parseInt(hex, 16)),
  )

const NUMBER = /^-?(?:0|[1-9]\d{0,14})(?:\.\d{1,12})?$/

/** Bare values that are numbers or truth values become them; `007`, `12ms` and all that was quoted stay text. */
const bareValue = (text: string): unknown => {
  const code = text.charCodeAt(0)
  if ((code >= 48 && code <= 57) || code === 45) return NUMBER.test(text) ? Number(text) : text
  if (text === 'true') return true
  if (text === 'false') return false
  return text === 'null' || text === 'nil' || text === '<nil>' ? null : text
}

/** Index behind the quoted value that opens at `at`; -1 when it is never closed. */
const endOfQuoted = (line: string, at: number): number => {
  for (let i = at + 1; i < line.length; i++) {
    const code = line.charCodeAt(i)
    if (code === 92) i++
    else if (code === 34) return i + 1
  }
  return -1
}

/**
 * The pairs of a line: `key=value`, `key="quoted \"value\""`, `key=`, and bare keys, which are true.
 * @returns undefined when the line has no pair at all.
 */
export const readPairs = (line: string): LooseRecord | undefined => {
  const record: LooseRecord = {}
  let pairs = 0
  for (let at = 0; at < line.length; ) {
    const code = line.charCodeAt(at)
    if (code <= 32) {
      at++
      continue
    }
    let end = at
    while (end < line.length && line.charCodeAt(end) > 32 && line.charCodeAt(end) !== 61) end++
    const key = line.slice(at, end)
    if (line.charCodeAt(end) !== 61 || key === '') {
      if (key !== '') setField(record, key, true)
      at = key === '' ? end + 1 : end
      continue
    }
    pairs++
    at = end + 1
    if (line.charCodeAt(at) === 34) {
      const close = endOfQuoted(line, at)
      const text = line.slice(at + 1, close < 0 ? line.length : close - 1)
      setField(record, key, text.includes('\\') ? unescapeText(text) : text)
      at = close < 0 ? line.length : close
    } else {
      end = at
      while (end < line.length && line.charCodeAt(end) > 32) end++
      setField(record, key, bareValue(line.slice(at, end)))
      at = end
    }
  }
  return pairs > 0 ? record : undefined
}

const ISO_START = /^\d{4}-\d\d-\d\d[T ]\d\d:/
/** Grafana and others write their time as `t`, which means anything elsewhere. */
export const nameTime = (record: LooseRecord): void => {
  const { t } = record
  if (typeof t !== 'string' || !ISO_START.test(t) || record.time !== undefined || record.ts !== undefined || record.timestamp !== undefined) return
  record.timestamp = t
  delete record.t
}
