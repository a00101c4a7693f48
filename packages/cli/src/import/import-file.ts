import { createHash } from 'node:crypto'
import { type Format, toMicros, unixMs } from '@heartwood/protocol'
import { firstYearOf, sniffFormat } from '@heartwood/server/formats'
import { CliError } from '../errors.ts'
import { formatBytes } from '../output/units.ts'
import type { ByteReader } from './byte-reader.ts'
import { createCutter } from './cut-records.ts'
import type { Cutter } from './cutter.ts'
import { fingerprint, fits, type ImportRecord, type Journal, type PlannedPiece } from './journal.ts'
import { openFile, type Source } from './open-source.ts'
import { LARGEST_PIECE_BYTES, type Piece, readPieces } from './pieces.ts'
import type { SendPiece } from './sender.ts'
import { addAnswer, addRefusal, type Tally } from './tally.ts'

export interface FileImport {
  /** Under which it is journalled: the real path, or the name given to standard input. */
  path: string
  /** As people know it. */
  name: string
  source: Source
  format: Format
  /** Of stamps without a zone. */
  timezone: string | undefined
  /** In which the file begins, of stamps without one; undefined: find out. */
  year: number | undefined
  again: boolean
  /** Of entries that name none. */
  service: string | undefined
  /** Undefined: nothing is remembered of it (nameless standard input). */
  journal: Journal | undefined
  projectKey: string
  /** Sets batch ids of nameless input apart from every other run. */
  identity: string
  send: SendPiece
  tally: Tally
  signal: AbortSignal
  progress(bytesOnDisk: number): void
}

export type FileOutcome =
  | { kind: 'imported'; from: number; to: number }
  /** Nothing has changed since it was imported. */
  | { kind: 'known'; at: string }
  /** Stopped by the person; what was sent is noted. */
  | { kind: 'stopped' }

const TAIL_BYTES = 4 * 1024
const HEAD_CHECK_BYTES = 4 * 1024
/** A file from before this was written by a machine that did not know the time. */
const UNSET_CLOCK_MS = Date.UTC(1990, 0)
const DURABLE_EVERY_MS = 1_000
/** Entries that carry their own time may arrive in any order. */
const IN_FLIGHT = 3
const OWN_TIME = /"(?:@?timestamp|time|ts|date|datetime|@t|__REALTIME_TIMESTAMP|eventTime)"\s*:/i

/**
 * Sends one file from where an earlier run ended. Notes what was sent before it is sent and what was taken after, so that a run that breaks
 * at any point is continued with the same pieces under the same batch ids.
 */
export async function importFile(job: FileImport): Promise<FileOutcome> {
  const { source, journal, tally } = job
  const found = await findRecord(job)
  // An import that was interrupted is continued, also one that was done `--again`.
  const again = job.again && found?.finished !== undefined
  if (found && !again && isFinished(found, source)) return { kind: 'known', at: found.finished?.at ?? '' }
  let record = found && !again ? found : newRecord(job, found ? found.generation + (again ? 1 : 0) : 0)
  let reader = await resume(source, record)
  if (!reader) {
    // The same name, another content: rotated or replaced. It is a new file.
    record = newRecord(job, record.generation)
    reader = await source.readFrom(0)
  }
  delete record.finished
  if (record.offset === 0) {
    const year = job.year ?? (await findFirstYear(job, record))
    if (year !== undefined) record.year = year
  }
  const from = record.offset
  const cutter = createCutter(record.format, source.head)
  try {
    const stopped = await sendAll(job, record, reader, cutter)
    if (stopped) return { kind: 'stopped' }
    if (reader.failure) throw new CliError('file-damaged', `${job.name} is damaged: ${reader.failure.message}.`, { cause: reader.failure })
    job.progress(source.stat?.size ?? tally.bytes)
    record.finished = { ...(source.stat ?? { size: record.offset, mtimeMs: 0 }), at: new Date().toISOString() }
    return { kind: 'imported', from, to: record.offset }
  } finally {
    await journal?.write(record, true)
    await reader.close()
  }
}

/** The file's own record; or that of a file with this content that is no longer where it was (a log that was rotated). */
async function findRecord(job: FileImport): Promise<ImportRecord | undefined> {
  const { journal, source } = job
  if (!journal) return undefined
  const alike = await journal.find(source.head)
  const own = alike.find((record) => record.path === job.path)
  if (own || !source.stat) return own
  const enough = Math.min(HEAD_CHECK_BYTES, source.head.length)
  for (const other of alike) {
    if (other.head.length < enough || (await isStillThere(other))) continue
    const moved = await journal.rename(other, job.path)
    if (moved) return moved
  }
  return undefined
}

async function isStillThere(record: ImportRecord): Promise<boolean> {
  try {
    const source = await openFile(record.path)
    await source.close()
    return fits(source.head, record.head)
  } catch {
    return false
  }
}

const isFinished = (record: ImportRecord, source: Source): boolean =>
  record.finished !== undefined &&
  source.stat !== undefined &&
  record.finished.size === source.stat.size &&
  record.finished.mtimeMs === source.stat.mtimeMs

const newRecord = (job: FileImport, generation: number): ImportRecord => ({
  version: 1,
  project: job.projectKey,
  path: job.path,
  generation,
  identity: job.identity,
  format: job.format === 'auto' ? sniffFormat(job.source.head) : job.format,
  head: fingerprint(job.source.head.subarray(0, HEAD_CHECK_BYTES)),
  offset: 0,
  tail: fingerprint(new Uint8Array(0)),
  line: 1,
  planned: [],
  accepted: 0,
  rejected: 0,
})

/** Stamps without a year end in the nearest past, seen from when the file was last written. */
async function findFirstYear({ source, timezone = 'UTC' }: FileImport, { format }: ImportRecord): Promise<number | undefined> {
  if (format !== 'text' && format !== 'syslog') return undefined
  const now = Date.now()
  const written = source.stat?.mtimeMs ?? now
  const receivedAt = toMicros(unixMs(Math.floor(written > UNSET_CLOCK_MS ? Math.min(written, now) : now)))
  const wholeLines = source.head.subarray(0, source.head.lastIndexOf(0x0a) + 1)
  const head = wholeLines.length > 0 ? wholeLines : source.head
  const options = { format, timezone, receivedAt }
  // The rest is read only when there are years to count.
  if (firstYearOf(head, undefined, options) === undefined) return undefined
  const rest = await source.lastLines()
  return firstYearOf(head, rest === source.head ? undefined : rest, options)
}

/** A reader at the record's offset; undefined when the text before it is not the one that was taken. */
async function resume(source: Source, record: ImportRecord): Promise<ByteReader | undefined> {
  const reader = await source.readFrom(record.offset - record.tail.length)
  const tail = await reader.peek(record.tail.length)
  if (tail.length === record.tail.length && fits(tail, record.tail)) {
    reader.consume(tail.length)
    return reader
  }
  await reader.close()
  if (!source.stat)
    throw new CliError('file-unreadable', 'Standard input is not what was imported under this name before.', { fix: 'Give it another --name.' })
  return undefined
}

/** Resolves with true when it was stopped before the end. */
async function sendAll(job: FileImport, record: ImportRecord, reader: ByteReader, cutter: Cutter): Promise<boolean> {
  const { tally, source, signal } = job
  const width = record.format === 'jsonl' && OWN_TIME.test(source.head.toString('latin1', 0, 4_096)) ? IN_FLIGHT : 1
  const taken = new Map<number, Piece>()
  const tails = new Map<number, Buffer>()
  const flying = new Set<Promise<void>>()
  let failure: unknown
  let saving = Promise.resolve()

  // Offsets are only moved over pieces that follow each other without a gap.
  const advance = (): void => {
    for (let piece = taken.get(record.offset); piece; piece = taken.get(record.offset)) {
      taken.delete(piece.offset)
      record.tail = fingerprint(tails.get(piece.end) ?? new Uint8Array(0))
      tails.delete(piece.end)
      record.line = piece.line + piece.lines
      record.offset = piece.end
    }
    record.planned = record.planned.filter((plan) => plan.end > record.offset)
  }
  let durableAt = performance.now()
  const save = (): Promise<void> => {
    // Batch ids stand in for what a power cut takes from the notes of the last second.
    const durable = performance.now() - durableAt > DURABLE_EVERY_MS
    if (durable) durableAt = performance.now()
    saving = saving.then(() => job.journal?.write(record, durable))
    return saving
  }
  const send = async (piece: Piece): Promise<void> => {
    if (piece.tooLarge) {
      const message = `The entry is longer than a request may be (${formatBytes(LARGEST_PIECE_BYTES)}).`
      if (!cutter.canSkip) throw new CliError('document-too-large', `${job.name} is one document of more than ${formatBytes(LARGEST_PIECE_BYTES)}.`)
      addRefusal(tally, { file: job.name, line: piece.line, code: 'too-large', message })
      record.rejected++
    } else if (piece.body.length > 0 && !wasTaken(record.planned, piece)) {
      const answer = await job.send(record.format, piece.body, batchIdOf(record, piece), {
        after: width === 1 ? record.lastTimestamp : undefined,
        year: record.year,
        service: job.service,
      })
      addAnswer(tally, job.name, piece, answer)
      record.accepted += answer.accepted
      record.rejected += answer.rejectedCount
      if (answer.lastTimestamp !== undefined) record.lastTimestamp = answer.lastTimestamp
    }
    taken.set(piece.offset, piece)
    for (const plan of record.planned) if (plan.offset === piece.offset) plan.done = true
    advance()
    job.progress(source.consumed(record.offset))
    void save().catch((error: unknown) => {
      failure ??= error
    })
  }

  const start = { offset: record.offset, line: record.line, plannedEnds: record.planned.map((plan) => plan.end) }
  let tail: Buffer = Buffer.alloc(0)
  for await (const piece of readPieces(reader, cutter, start)) {
    while (flying.size >= width) await Promise.race(flying)
    if (failure !== undefined || signal.aborted) break
    tail = piece.tooLarge ? Buffer.alloc(0) : Buffer.concat([tail, piece.raw]).subarray(-TAIL_BYTES)
    tails.set(piece.end, Buffer.from(tail))
    if (!record.planned.some((plan) => plan.offset === piece.offset)) {
      record.planned.push({ offset: piece.offset, end: piece.end, done: false })
      await save()
    }
    const flight = send(piece)
      .catch((error: unknown) => {
        failure ??= error
      })
      .finally(() => flying.delete(flight))
    flying.add(flight)
  }
  await Promise.all(flying)
  await saving
  if (signal.aborted) return true
  if (failure !== undefined) throw failure
  return false
}

const wasTaken = (planned: PlannedPiece[], piece: Piece): boolean =>
  planned.some((plan) => plan.done && plan.offset === piece.offset && plan.end === piece.end)

/** The same for the same bytes at the same place of the same file in the same project; see `ImportRecord.generation` for the exception. */
function batchIdOf(record: ImportRecord, piece: Piece): string {
  const hash = createHash('sha256')
  hash.update(JSON.stringify([record.project, record.identity, record.generation, record.format, piece.offset, piece.end]))
  hash.update(piece.body)
  return `import-${hash.digest('hex').slice(0, 40)}`
}
