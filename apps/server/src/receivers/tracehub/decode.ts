import { type DecodeFormat, type EntrySink, isRecord, type LooseRecord } from '../decode.ts'
import { extentOf } from '../native/decode-extent.ts'
import { endOfString, parseExactly, parseJson } from '../native/decode-lenient.ts'
import { decodeText } from '../native/decode-text.ts'
import { fromTraceHub } from './entry.ts'

/** JSON of a scalar, which an entry must not be; anything else in its place is no JSON. */
const SCALAR = /^(?:null|true|false|NaN|-?Infinity|-?\d[\d.eE+-]*|"[\s\S]*")$/
const NUL = /\0/g

/** The array of `POST /api/v1/ingest`, element by element: a bad one is refused alone. */
export const decodeTraceHub: DecodeFormat = (job, sink) => {
  const text = decodeText(job.body)
  const drop = text.includes('\\u0000') || text.includes('\0') ? withoutNul : undefined
  let at = skipBlanks(text, 0)
  if (text.charCodeAt(at) !== 91) {
    sink.reject('malformed', 'The body is not a JSON array.')
    return
  }
  at++
  for (;;) {
    at = skipBlanks(text, at)
    const code = text.charCodeAt(at)
    if (at >= text.length || code === 93) return
    if (code === 123 || code === 91) {
      const { end, closed } = extentOf(text, at)
      readElement(text.slice(at, end), closed, sink, drop)
      at = end
    } else {
      const end = endOfToken(text, at)
      if (SCALAR.test(text.slice(at, end).trim())) sink.reject('not-an-object', 'The entry is not an object.')
      else sink.reject('malformed', 'The entry is not valid JSON.')
      at = end
    }
  }
}

function readElement(json: string, closed: boolean, sink: EntrySink, drop: ((value: unknown) => unknown) | undefined): void {
  const value = closed ? parseJson(json) : undefined
  if (value === undefined) sink.reject('malformed', closed ? 'The entry is not valid JSON.' : 'The array ends in the middle of an entry.')
  else if (!isRecord(value)) sink.reject('not-an-object', 'The entry is not an object.')
  else {
    const translate = (entry: unknown): LooseRecord | undefined => {
      const clean = drop ? drop(entry) : entry
      return isRecord(clean) ? fromTraceHub(clean) : undefined
    }
    sink.entry(translate(value) ?? {}, undefined, undefined, () => translate(parseExactly(json)))
  }
}

/** White space, byte order marks and commas between entries. */
function skipBlanks(text: string, from: number): number {
  let at = from
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code > 32 && code !== 44 && code !== 0xfeff) break
  }
  return at
}

function endOfToken(text: string, at: number): number {
  if (text.charCodeAt(at) === 34) return endOfString(text, at)
  const stop = /[,\]]/g
  stop.lastIndex = at + 1
  return stop.exec(text)?.index ?? text.length
}

/** The value without the character U+0000, in names too. The depth is that of the text, which JSON.parse has survived. */
function withoutNul(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return value.includes('\0') ? value.replace(NUL, '') : value
  if (typeof value !== 'object' || value === null || depth > 500) return value
  if (Array.isArray(value)) return value.map((item) => withoutNul(item, depth + 1))
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name.replace(NUL, ''), withoutNul(item, depth + 1)]))
}
