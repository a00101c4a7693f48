import { type DropReason, type Event, type EventJson, LIMITS, type Rejection, type UnixMicros } from '@heartwood/protocol'
import type { ClientFacts } from '../pipeline/client/client-facts.ts'
import { createPipelineContext, type ParseStamp } from '../pipeline/context.ts'
import { NameTree } from '../pipeline/names.ts'
import { createRedactors } from '../pipeline/redaction.ts'
import { createPipelineRunner } from '../pipeline/runner.ts'
import { Drop } from '../pipeline/step.ts'
import type { DecodeJob, DecodeOutcome } from './decoder.ts'

type LooseRecord = { [key: string]: unknown }

/** Where a receiver's decoder puts what it reads; receivers/decode.ts describes it. */
interface JobSink {
  entry(record: LooseRecord, timestamp?: UnixMicros, line?: number, exactly?: () => LooseRecord | undefined): void
  reject(reason: DropReason, message: string, line?: number): void
  batch(id: string): void
}

/** The part of store/events/block that a job needs. */
export interface JobEncoder {
  append(event: Event): void
  lastId(): string
  finish(): Uint8Array<ArrayBuffer>
}

/** What a job is composed of; made once for a thread. */
export interface DecodeDeps {
  /** The decoder of the door and format that a job names. */
  decodeEntries(job: DecodeJob, sink: JobSink): void
  /** Reads stamps by the timezone and year of the job. */
  stampReader(job: DecodeJob): ParseStamp
  client: ClientFacts
  encoder: JobEncoder
  toJson(event: Event, id: string): EventJson
  /** Makes a filter of a search query. May throw for a query that cannot be read: its tail then gets nothing. */
  compileTail(q: string): (event: Event) => boolean
  /** Told of defects, so that they are logged; the entry is refused as `internal`. */
  onDefect(error: unknown): void
}

/** Events that one tail gets from one job; the rest is only counted. */
const TAILED_PER_JOB = 100
/** Compiled filters kept; tails come with each job of their project. */
const MAX_FILTERS = 200

export type DecodeRunner = (job: DecodeJob) => DecodeOutcome

/**
 * @param mostEntries events that one job yields; a delivery of more would be an insert that nothing could interrupt for half a minute.
 * @returns runs jobs, one after the other, on the thread that calls it.
 */
export function createDecodeRunner(deps: DecodeDeps, mostEntries: number = LIMITS.entries): DecodeRunner {
  const names = new NameTree()
  const redactorFor = createRedactors()
  const filters = new Map<string, (event: Event) => boolean>()

  const filterFor = (q: string): ((event: Event) => boolean) => {
    let filter = filters.get(q)
    if (filter) return filter
    try {
      filter = deps.compileTail(q)
    } catch {
      filter = () => false
    }
    if (filters.size >= MAX_FILTERS) filters.clear()
    filters.set(q, filter)
    return filter
  }

  return (job) => {
    const context = createPipelineContext({
      receivedAt: job.receivedAt,
      retentionDays: job.retentionDays,
      importing: job.importing,
      defaults: job.defaults,
      parseStamp: deps.stampReader(job),
      redactor: redactorFor(job.redaction),
      client: deps.client,
      address: job.address,
      userAgent: job.userAgent,
      wellFormed: cannotHoldLoneSurrogates(job.body),
      nulFree: cannotHoldNul(job.body),
      names,
    })
    const runner = createPipelineRunner(context)
    const tails = job.tails.map((tail) => ({ id: tail.id, matches: filterFor(tail.q), events: [] as EventJson[], dropped: 0 }))
    const rejections: Rejection[] = []
    const rejectedByReason: Partial<Record<DropReason, number>> = {}
    let index = 0
    let rows = 0
    let batchId = ''
    const skip = job.skip ?? 0
    let lastTimestamp: UnixMicros | undefined

    const refuse = (code: DropReason, message: string, line: number | undefined): void => {
      rejectedByReason[code] = (rejectedByReason[code] ?? 0) + 1
      if (rejections.length < LIMITS.listedRejections) rejections.push(line === undefined ? { index, code, message } : { index, line, code, message })
    }
    const tail = (event: Event): void => {
      for (const one of tails) {
        if (!one.matches(event)) continue
        if (one.events.length < TAILED_PER_JOB) one.events.push(deps.toJson(event, deps.encoder.lastId()))
        else one.dropped++
      }
    }
    const sink: JobSink = {
      entry(record, timestamp, line, exactly) {
        if (index < skip) {
          index++
          return
        }
        try {
          let event = runner.run(record, timestamp)
          if (context.draft.inexact) {
            const exact = exactly?.()
            if (exact) event = runner.run(exact, timestamp)
          }
          if (event instanceof Drop) {
            refuse(event.reason, event.message, line)
          } else if (rows >= mostEntries) {
            refuse('too-large', `One request holds at most ${mostEntries} events; send the rest in another.`, line)
          } else {
            deps.encoder.append(event)
            rows++
            lastTimestamp = event.timestamp
            if (tails.length > 0) tail(event)
          }
        } catch (error) {
          deps.onDefect(error)
          refuse('internal', 'Heartwood failed on this entry; its log has the details.', line)
        }
        index++
      },
      reject(reason, message, line) {
        if (index >= skip) refuse(reason, message, line)
        index++
      },
      batch(id) {
        batchId = id
      },
    }

    try {
      deps.decodeEntries(job, sink)
    } catch (error) {
      // Decoders never throw; one that does must not take the entries before the fault with it.
      deps.onDefect(error)
      sink.reject('internal', 'Heartwood failed on this request; its log has the details.')
    }
    return {
      payload: rows === 0 ? undefined : deps.encoder.finish(),
      rows,
      rejections,
      rejectedByReason,
      lastTimestamp,
      batchId,
      tailed: tails.filter((one) => one.events.length > 0).map(({ id, events, dropped }) => ({ id, events, dropped })),
      steps: runner.report(),
    }
  }
}

const BACKSLASH_U = Buffer.from('\\u')
const BACKSLASH_X = Buffer.from('\\x')

/** A lone surrogate can only come out of an escape, or out of UTF-16: decoding UTF-8 never makes one. */
function cannotHoldLoneSurrogates(body: Uint8Array): boolean {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  const first = bytes[0] ?? 0
  return first < 0xfe && !bytes.includes(BACKSLASH_U) && !bytes.includes(BACKSLASH_X)
}

const ESCAPED_NUL = Buffer.from('\\u0000')

/** U+0000 comes as the byte 0, or out of the one escape that our decoders know for it. */
function cannotHoldNul(body: Uint8Array): boolean {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  return !bytes.includes(0) && !bytes.includes(ESCAPED_NUL)
}
