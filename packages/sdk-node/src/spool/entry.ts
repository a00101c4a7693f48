import { formatWriter, tryParseWriter, type Writer } from './writer.ts'

/** Version of the files, in their names: a process leaves newer ones to those that can read them. */
export const SPOOL_VERSION = 1

/**
 * - `ready`: whoever is first may take it
 * - `writing`: not complete yet; of `holder`
 * - `taken`: on its way to the server; by `holder`
 * - `damaged`: could not be read and is counted; kept until room is needed
 */
export type EntryState = 'ready' | 'writing' | 'taken' | 'damaged'

/** A file of the spool folder, as its name tells: all that caps and counts need, so that the file is not opened for them. */
export interface Entry {
  readonly createdMs: number
  readonly sequence: number
  readonly writer: string
  readonly events: number
  /** Size of the whole file when it is complete. */
  readonly bytes: number
  readonly version: number
  readonly state: EntryState
  /** Who is writing it or has taken it. */
  readonly holder: Writer | undefined
}

const FORM = /^(\d{14})-(\d{6,12})-([0-9a-z]{1,64})-(\d{1,10})-(\d{1,12})\.v(\d{1,6})(?:\.(?:(writing|taken)-([0-9a-z]{1,64})|(damaged)))?$/

/** Sorts by age, then by the order in which one writer wrote. */
export const formatEntry = ({ createdMs, sequence, writer, events, bytes, version, state, holder }: Entry): string => {
  const stem = `${String(createdMs).padStart(14, '0')}-${String(sequence).padStart(6, '0')}-${writer}-${events}-${bytes}.v${version}`
  if (state === 'ready') return stem
  return state === 'damaged' || holder === undefined ? `${stem}.damaged` : `${stem}.${state}-${formatWriter(holder)}`
}

/** undefined: a file that is none of ours, which nobody touches. */
export const tryParseEntry = (name: string): Entry | undefined => {
  const match = FORM.exec(name)
  if (match === null) return undefined
  const [, created, sequence, writer = '', events, bytes, version, held, holderText = '', damaged] = match
  const holder = tryParseWriter(holderText)
  if (held !== undefined && holder === undefined) return undefined
  return {
    createdMs: Number(created),
    sequence: Number(sequence),
    writer,
    events: Number(events),
    bytes: Number(bytes),
    version: Number(version),
    state: damaged !== undefined ? 'damaged' : held === 'writing' || held === 'taken' ? held : 'ready',
    holder,
  }
}

/** What a small file takes on disk all the same. */
const BLOCK_BYTES = 4_096
export const costOf = (bytes: number): number => Math.max(BLOCK_BYTES, bytes)

export interface FolderCaps {
  readonly maxBytes: number
  readonly maxAgeMs: number
}

export interface Eviction {
  readonly name: string
  readonly entry: Entry
  readonly reason: 'spool-full' | 'spool-expired'
}

/**
 * Which files must go: all that are too old, then the oldest until the caps hold. What is being written or sent stays.
 * @param names of the folder, in order
 */
export const planEvictions = (names: readonly string[], caps: FolderCaps, nowMs: number): { evictions: Eviction[]; bytes: number } => {
  const entries = names.flatMap((name) => {
    const entry = tryParseEntry(name)
    return entry === undefined ? [] : [{ name, entry }]
  })
  let bytes = entries.reduce((sum, { entry }) => sum + costOf(entry.bytes), 0)
  const evictions: Eviction[] = []
  for (const { name, entry } of entries) {
    if (entry.state === 'writing' || entry.state === 'taken') continue
    const expired = nowMs - entry.createdMs > caps.maxAgeMs
    if (!expired && bytes <= caps.maxBytes) continue
    evictions.push({ name, entry, reason: expired ? 'spool-expired' : 'spool-full' })
    bytes -= costOf(entry.bytes)
  }
  return { evictions, bytes }
}
