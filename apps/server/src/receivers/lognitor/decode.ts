import type { UnixMicros } from '@heartwood/protocol'
import type { DecodeJob, Sampling } from '../../ingest/decoder.ts'
import { levelFromText } from '../../pipeline/levels.ts'
import { type DecodeFormat, type EntrySink, isRecord, type LooseRecord } from '../decode.ts'
import { extentOf } from '../native/decode-extent.ts'
import { parseExactly, parseJson } from '../native/decode-lenient.ts'
import { decodeText } from '../native/decode-text.ts'
import { parseTimestamp } from '../stamps/parse-timestamp.ts'
import { faultOf, fromLog } from './entry.ts'
import { fromRow } from './row.ts'

/** `POST /api/v1/ingest`: `{"batch_id": …, "logs": […]}`. */
export const decodeLogs: DecodeFormat = (job, sink) => decodeList(job, sink, 'logs', fromLog, faultOf)

/** `POST /api/v1/ingest/requests`: `{"requests": […]}`, or the bare array. */
export const decodeRows: DecodeFormat = (job, sink) => decodeList(job, sink, 'requests', fromRow, () => undefined)

function decodeList(
  job: DecodeJob,
  sink: EntrySink,
  name: 'logs' | 'requests',
  translate: (entry: LooseRecord) => LooseRecord,
  fault: (entry: LooseRecord) => string | undefined,
): void {
  const text = decodeText(job.body)
  const rateOf = ratesBy(job.sampling)
  const take = (value: unknown, exactly: () => unknown): void => {
    if (!isRecord(value)) {
      sink.reject('not-an-object', 'The entry is not an object.')
      return
    }
    const problem = fault(value)
    if (problem !== undefined) {
      sink.reject('invalid', problem)
      return
    }
    const read = (entry: LooseRecord): LooseRecord => {
      const record = translate(entry)
      const rate = rateOf?.(entry)
      return rate === undefined ? record : { ...record, sample_rate: rate }
    }
    sink.entry(read(value), undefined, undefined, () => {
      const exact = exactly()
      return isRecord(exact) ? read(exact) : undefined
    })
  }

  const body = parseJson(text)
  if (body === undefined) {
    decodePieces(text, name, sink, take)
    return
  }
  if (isRecord(body) && isName(body.batch_id)) sink.batch?.(String(body.batch_id))
  const list = listIn(body, name)
  if (list === undefined) {
    sink.reject('malformed', `The body has no list \`${name}\`.`)
    return
  }
  let exact: readonly unknown[] | undefined
  for (const [index, entry] of list.entries()) {
    take(entry, () => {
      exact ??= listIn(parseExactly(text), name) ?? []
      return exact[index]
    })
  }
}

const isName = (value: unknown): value is string | number => (typeof value === 'string' && value !== '') || typeof value === 'number'

/** The list of a body; PHP makes an object with numbers for names of a list with gaps. Rows may come without their wrapper. */
function listIn(body: unknown, name: 'logs' | 'requests'): readonly unknown[] | undefined {
  if (Array.isArray(body)) return name === 'requests' ? body : undefined
  if (!isRecord(body)) return undefined
  const list = body[name]
  if (Array.isArray(list)) return list
  if (!isRecord(list)) return undefined
  const names = Object.keys(list)
  return names.every((key) => /^\d{1,6}$/.test(key)) ? Object.values(list) : undefined
}

/** Each refusal of the JSON parser costs as much as reading a hundred good entries. */
const MOST_UNREADABLE = 10_000
const END_OF_TOKEN = /[,\]\n{]/g

/** A body that is not JSON as a whole: each entry is read on its own, so that the good ones are kept. */
function decodePieces(text: string, name: string, sink: EntrySink, take: (value: unknown, exactly: () => unknown) => void): void {
  const head = new RegExp(`"${name}"\\s*:\\s*\\[`).exec(text.slice(0, 10_000))
  if (head === null) {
    sink.reject('malformed', 'The body is not valid JSON.')
    return
  }
  const batchId = /"batch_id"\s*:\s*"([^"\\]{1,300})"/.exec(text.slice(0, head.index))?.[1]
  let unreadable = 0
  const refuse = (problem: string): void => {
    unreadable++
    sink.reject('malformed', problem)
  }
  let at = head.index + head[0].length
  for (; at < text.length; ) {
    const code = text.charCodeAt(at)
    if (code === 93) {
      // Only a list that is whole bears the name of its batch: the rest of one that was cut off may still come.
      if (batchId !== undefined) sink.batch?.(batchId)
      return
    }
    if (code <= 32 || code === 44) {
      at++
      continue
    }
    if (unreadable === MOST_UNREADABLE) {
      sink.reject('malformed', 'The rest of the body was not read: too much of it is not valid JSON.')
      return
    }
    if (code === 123 || code === 91) {
      const { end, closed } = extentOf(text, at)
      const json = text.slice(at, end)
      const value = closed ? parseJson(json) : undefined
      if (value === undefined) refuse(closed ? 'The entry is not valid JSON.' : 'The body ends in the middle of an entry.')
      else take(value, () => parseExactly(json))
      at = end
      continue
    }
    refuse('The entry is not valid JSON.')
    END_OF_TOKEN.lastIndex = at + 1
    at = END_OF_TOKEN.exec(text)?.index ?? text.length
  }
  if (unreadable === 0) refuse('The body ends before its list does.')
}

/** At which rate a log was let through by its client: 1 is not said, 0 cannot be (nothing would have come). */
function ratesBy(sampling: readonly Sampling[] | undefined): ((entry: LooseRecord) => number | undefined) | undefined {
  if (sampling === undefined || sampling.length === 0) return undefined
  return ({ level, timestamp }) => {
    const known = typeof level === 'string' ? levelFromText(level) : undefined
    const at: UnixMicros | undefined = parseTimestamp(timestamp)
    const valid = at === undefined ? sampling[0] : sampling.find(({ from }) => at >= from)
    const rate = known === undefined ? undefined : valid?.rates[known]
    return rate !== undefined && rate > 0 && rate < 1 ? rate : undefined
  }
}
