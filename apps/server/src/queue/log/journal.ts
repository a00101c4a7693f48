import { crc32 } from 'node:zlib'
import { HeartwoodError } from '../../errors.ts'
import { type Files, type OpenFile, readWhole, writeDurably } from './files.ts'
import { comparePositions, type Position } from './position.ts'
import type { Reserve } from './reserve.ts'

/**
 * What was handed out and what is done with: a text file of one JSON record a line, each behind the CRC of its text. `done` says up to
 * where everything is stored; `group` names the places at which groups begin and end. Both are durable when the call resolves.
 * It is written anew (and put in place by a rename) when it has grown, and after any failure, when nothing in the old file can be relied on.
 */
export interface Journal {
  /** The places stand in rising order: a new group is two, a split one three. */
  recordGroups(places: readonly Position[]): Promise<void>
  recordDone(place: Position): Promise<void>
  close(): Promise<void>
}

export interface JournalState {
  logId: Buffer
  /** Everything before it is stored. */
  done: Position
  /** Ends of groups behind `done`, rising. */
  boundaries: Position[]
}

interface JournalLine {
  version?: number
  log?: string
  done?: [number, number]
  group?: [number, number][]
}

export const JOURNAL_NAME = 'journal'
const JOURNAL_VERSION = 1
const REWRITE_BYTES = 256 * 1024

const encodeLine = (line: JournalLine): Buffer => {
  const text = JSON.stringify(line)
  return Buffer.from(`${crc32(text).toString(16).padStart(8, '0')} ${text}\n`)
}

const decodeLine = (line: string): JournalLine | undefined => {
  const text = line.slice(9)
  return line[8] === ' ' && crc32(text) === Number.parseInt(line.slice(0, 8), 16) ? (JSON.parse(text) as JournalLine) : undefined
}

const toPair = ({ segment, offset }: Position): [number, number] => [segment, offset]
const fromPair = ([segment, offset]: [number, number]): Position => ({ segment, offset })

/**
 * `damagedLines` does not count a last line that a crash cut off. Undefined when there is no journal, or none that can be read.
 * @throws HeartwoodError `data-newer`
 */
export const loadJournal = async (files: Files): Promise<{ state: JournalState | undefined; damagedLines: number } | undefined> => {
  const entry = (await files.list('')).find(({ name }) => name === JOURNAL_NAME)
  const bytes = entry === undefined ? undefined : await readWhole(files, JOURNAL_NAME, entry.sizeBytes)
  return bytes === undefined ? undefined : parseJournal(bytes.toString('utf8'))
}

export const parseJournal = (text: string): { state: JournalState | undefined; damagedLines: number } => {
  const lines = text.split('\n')
  const cutOff = lines.pop() ?? ''
  const readable = [...lines, ...(cutOff === '' ? [] : [cutOff])].map(decodeLine)
  const damagedLines = readable.slice(0, lines.length).filter((line) => line === undefined).length
  let logId: Buffer | undefined
  let done: Position = { segment: 0, offset: 0 }
  const places = new Map<string, Position>()
  for (const line of readable) {
    if (line === undefined) continue
    if (line.version !== undefined && line.version > JOURNAL_VERSION) {
      throw new HeartwoodError('data-newer', `The queue's journal has version ${line.version}; this Heartwood knows ${JOURNAL_VERSION}.`)
    }
    if (line.log !== undefined) logId = Buffer.from(line.log, 'hex')
    if (line.done !== undefined) done = fromPair(line.done)
    for (const pair of line.group ?? []) places.set(pair.join(':'), fromPair(pair))
  }
  if (logId === undefined) return { state: undefined, damagedLines }
  const boundaries = [...places.values()].filter((place) => comparePositions(place, done) > 0).sort(comparePositions)
  return { state: { logId, done, boundaries }, damagedLines }
}

export const createJournal = async (files: Files, initial: JournalState, reserve: Reserve): Promise<Journal> => {
  const state: JournalState = { ...initial, boundaries: [...initial.boundaries] }
  let file: OpenFile | undefined
  let sizeBytes = 0
  let tail: Promise<unknown> = Promise.resolve()
  let closed = false

  const rewrite = async (): Promise<void> => {
    const lines = [
      encodeLine({ version: JOURNAL_VERSION, log: state.logId.toString('hex'), done: toPair(state.done) }),
      ...(state.boundaries.length === 0 ? [] : [encodeLine({ group: state.boundaries.map(toPair) })]),
    ]
    const old = file
    file = undefined
    await old?.close().catch(() => undefined)
    await writeDurably(files, '', JOURNAL_NAME, lines)
    file = await openForAppending(files)
    sizeBytes = lines.reduce((sum, line) => sum + line.length, 0)
  }

  const append = async (line: JournalLine): Promise<void> => {
    if (file === undefined || sizeBytes > REWRITE_BYTES) return reserve.spend(rewrite)
    const bytes = encodeLine(line)
    try {
      await file.write([bytes], sizeBytes)
      await file.sync()
      sizeBytes += bytes.length
    } catch {
      await reserve.spend(rewrite)
    }
  }

  /** One at a time. The state changes first: a rewrite then holds it, and what is not durable yet is only ever repeated. */
  const inTurn = (change: () => void, line: JournalLine): Promise<void> => {
    const run = tail.then(() => {
      if (closed) throw new HeartwoodError('shutting-down', 'The queue is closed.')
      change()
      return append(line)
    })
    tail = run.catch(() => undefined)
    return run
  }

  await reserve.spend(rewrite)

  return {
    recordGroups: (places) =>
      inTurn(
        () => {
          const known = new Map([...state.boundaries, ...places].map((place) => [toPair(place).join(':'), place]))
          state.boundaries = [...known.values()].filter((place) => comparePositions(place, state.done) > 0).sort(comparePositions)
        },
        { group: places.map(toPair) },
      ),
    recordDone: (place) =>
      inTurn(
        () => {
          state.done = place
          state.boundaries = state.boundaries.filter((boundary) => comparePositions(boundary, place) > 0)
        },
        { done: toPair(place) },
      ),
    async close() {
      await tail
      closed = true
      await file?.close()
      file = undefined
    },
  }
}

const openForAppending = async (files: Files): Promise<OpenFile> => {
  const file = await files.openForWriting(JOURNAL_NAME)
  if (file === undefined) throw new Error('the journal vanished')
  return file
}
