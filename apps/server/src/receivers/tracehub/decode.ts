import { type DecodeFormat, type EntrySink, isRecord } from '../decode.ts'
import { extentOf } from '../native/decode-extent.ts'
import { endOfString, parseExactly, parseJson } from '../native/decode-lenient.ts'
import { decodeText } from '../native/decode-text.ts'
import { fromTraceHub } from './entry.ts'

/** JSON of a scalar, which an entry must not be; anything else in its place is no JSON. */
const SCALAR = /^(?:null|true|false|NaN|-?Infinity|-?\d[\d.eE+-]*|"[\s\S]*")$/

/** The array of `POST /api/v1/ingest`, element by element: a bad one is refused alone. */
export const decodeTraceHub: DecodeFormat = (job, sink) => {
  const text = decodeText(job.body)
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
      readElement(text.slice(at, end), closed, sink)
      at = end
    } else {
      const end = endOfToken(text, at)
      if (SCALAR.test(text.slice(at, end).trim())) sink.reject('not-an-object', 'The entry is not an object.')
      else sink.reject('malformed', 'The entry is not valid JSON.')
      at = end
    }
  }
}

function readElement(json: string, closed: boolean, sink: EntrySink): void {
  const value = closed ? parseJson(json) : undefined
  if (value === undefined) sink.reject('malformed', closed ? 'The entry is not valid JSON.' : 'The array ends in the middle of an entry.')
  else if (!isRecord(value)) sink.reject('not-an-object', 'The entry is not an object.')
  else {
    sink.entry(fromTraceHub(value), undefined, undefined, () => {
      const exact = parseExactly(json)
      return isRecord(exact) ? fromTraceHub(exact) : undefined
    })
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
