import { performance } from 'node:perf_hooks'
import type { Batch, Spool, SpoolEffect, SpooledBatch } from '@heartwood/sdk-core'
import { encodeBatch, tryDecodeBatch } from './batch-file.ts'
import { costOf, type Entry, type EntryState, type Eviction, formatEntry, planEvictions, SPOOL_VERSION, tryParseEntry } from './entry.ts'
import { codeOf, createFolder } from './folder.ts'
import { createWriter, formatWriter, isGone } from './writer.ts'

export interface SpoolFolder {
  readonly directory: string
  readonly maxBytes: number
  readonly maxAgeHours: number
  /** Milliseconds after which a file that was taken, and whose taker shows no sign of life, is anybody's again. Default 120,000. */
  readonly leaseMs?: number
}

/** `spool-full`: the batch alone is larger than the folder may be. `spool-unwritable`: the system says no; `cause` says why. */
export class SpoolError extends Error {
  readonly code: 'spool-full' | 'spool-unwritable'

  constructor(code: SpoolError['code'], message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'SpoolError'
    this.code = code
  }
}

export interface NodeSpool extends Spool {
  /** Makes the folder. Rejects with a SpoolError when nothing could be written there. */
  prepare(): Promise<void>
}

type Loss = SpoolEffect['evicted'][number]

const HOUR_MS = 3_600_000
/** Far above what a batch is: what is larger was not written by us. */
const MAX_FILE_BYTES = 64 * 2 ** 20
/** For so long what was read of the folder counts as known, unless it is nearly full. */
const KNOWN_MS = 2_000
const NEARLY_FULL = 0.8
/** Time that may go into syncing while a process ends. What was written without it survives the process, and is lost only by a power cut. */
const EXIT_SYNC_MS = 300
/** Of the process or the machine, not of the file. */
const TRANSIENT: readonly (string | undefined)[] = ['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN', 'EINTR', 'EBUSY']

/**
 * A folder of batches that several processes share without talking to each other.
 *
 * - A batch is a file, written under a name of its own (`.writing-WHO`), synced and renamed: under its final name it is whole.
 * - Taking is renaming to `.taken-WHO`: of several that try, the system lets one succeed. While it is held, its time of change is renewed.
 * - A file that is taken or being written is given up when its holder is gone for certain (same machine and pid namespace, and the pid is
 *   free or belongs to a process with another start), or else when its time of change is more than the lease away from now. A holder
 *   that only slept for so long may deliver it as well; the server stores a batch id once.
 * - Files whose names are not of this form are never touched; those of a newer version count for the caps and are never opened.
 */
export const createSpool = ({ directory, maxBytes, maxAgeHours, leaseMs = 120_000 }: SpoolFolder): NodeSpool => {
  const folder = createFolder(directory)
  const self = createWriter()
  const writer = formatWriter(self)
  const caps = { maxBytes, maxAgeMs: maxAgeHours * HOUR_MS }
  let sequence = 0
  let known: { readonly atMs: number; bytes: number } | undefined
  let exitSyncMs = 0
  /** Names that may be taken, as of the last look, oldest first. */
  let waiting: string[] = []
  /** What this client has taken: names in the folder. */
  const held = new Set<string>()
  let lost: Loss[] = []
  /** Writes that are not done, by batch. */
  const underWay = new Map<string, { readonly file: string; superseded: boolean }>()
  let renewal: NodeJS.Timeout | undefined

  const isOwn = (entry: Entry): boolean => entry.writer === writer
  const nameAs = (entry: Entry, state: EntryState): string => formatEntry({ ...entry, state, holder: self })
  /** The events of a damaged file were counted when it was found. */
  const toLosses = (evictions: readonly Eviction[]): Loss[] =>
    evictions.flatMap(({ entry, reason }) => (entry.state === 'damaged' ? [] : { events: entry.events, own: isOwn(entry), reason }))

  const newEntry = (batch: Batch, file: Uint8Array): Entry => {
    if (costOf(file.length) > maxBytes) throw new SpoolError('spool-full', `A batch of ${file.length} bytes does not fit into the spool folder`)
    sequence += 1
    return { createdMs: Date.now(), sequence, writer, events: batch.events, bytes: file.length, version: SPOOL_VERSION, state: 'ready', holder: self }
  }
  const unwritable = (cause: unknown): SpoolError =>
    new SpoolError(
      'spool-unwritable',
      `The spool folder ${directory} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`,
      cause,
    )

  const mustLook = (addedBytes: number): boolean => {
    if (known === undefined || performance.now() - known.atMs > KNOWN_MS) return true
    known.bytes += addedBytes
    return known.bytes > maxBytes * NEARLY_FULL
  }
  const plan = (names: readonly string[]): Eviction[] => {
    const { evictions, bytes } = planEvictions(names, caps, Date.now())
    known = { atMs: performance.now(), bytes }
    return evictions
  }
  const evict = async (names: readonly string[]): Promise<Loss[]> => {
    const gone: Eviction[] = []
    // Another process may be faster, in sending it or in deleting it: then it is not ours to count.
    for (const eviction of plan(names)) if (await folder.tryUnlink(eviction.name)) gone.push(eviction)
    return toLosses(gone)
  }

  const hold = (name: string): void => {
    held.add(name)
    renewal ??= setInterval(() => {
      for (const each of held) folder.touch(each).catch(() => undefined)
    }, leaseMs / 4).unref()
  }
  const letGo = (name: string): void => {
    held.delete(name)
    if (held.size > 0) return
    clearInterval(renewal)
    renewal = undefined
  }

  /** A file that was taken, or left half-written, by someone who is no more. */
  const isAbandoned = async (name: string, { holder }: Entry): Promise<boolean> => {
    if (holder === undefined || formatWriter(holder) === writer) return false
    if (isGone(holder, self)) return true
    try {
      const { mtimeMs } = await folder.stat(name)
      // Also when it lies ahead: a clock that was set back must not lock a file up.
      return Math.abs(Date.now() - mtimeMs) > leaseMs
    } catch {
      return false
    }
  }

  /** undefined: not whole, or not readable. @throws what may pass by itself */
  const readWhole = async (name: string, entry: Entry): Promise<Batch | undefined> => {
    try {
      const { size } = await folder.stat(name)
      if (size !== entry.bytes || size > MAX_FILE_BYTES) return undefined
      const batch = tryDecodeBatch(await folder.read(name))
      return batch?.events === entry.events ? batch : undefined
    } catch (error) {
      if (TRANSIENT.includes(codeOf(error))) throw error
      return undefined
    }
  }

  /** @returns the name under which it may be taken */
  const recover = async (name: string, entry: Entry): Promise<string | undefined> => {
    if (!(await isAbandoned(name, entry))) return undefined
    const ready = nameAs(entry, 'ready')
    // One that was being written may be whole already: then only its renaming was missed.
    if (entry.state === 'taken' || (await readWhole(name, entry)) !== undefined) return (await folder.tryRename(name, ready)) ? ready : undefined
    if (await folder.tryUnlink(name)) lost.push({ events: entry.events, own: false, reason: 'spool-damaged' })
    return undefined
  }

  const look = async (): Promise<string[]> => {
    const names = await folder.list()
    lost.push(...(await evict(names)))
    const found: string[] = []
    for (const name of names) {
      const entry = tryParseEntry(name)
      if (entry === undefined || entry.version !== SPOOL_VERSION || entry.state === 'damaged') continue
      const ready = entry.state === 'ready' ? name : await recover(name, entry)
      if (ready !== undefined) found.push(ready)
    }
    return found
  }

  const tryTake = async (name: string): Promise<SpooledBatch | undefined> => {
    const entry = tryParseEntry(name)
    if (entry === undefined) return undefined
    const taken = nameAs(entry, 'taken')
    try {
      // First the time, then the name: renaming keeps the old time, by which it would be given up at once.
      await folder.touch(name)
      await folder.rename(name, taken)
    } catch {
      // Another one was faster, or it is not ours to take.
      return undefined
    }
    hold(taken)
    const giveBack = async (): Promise<boolean> => {
      letGo(taken)
      return folder.tryRename(taken, name)
    }
    let batch: Batch | undefined
    try {
      batch = await readWhole(taken, entry)
    } catch {
      await giveBack()
      return undefined
    }
    if (batch === undefined) {
      letGo(taken)
      const aside = (await folder.tryRename(taken, nameAs(entry, 'damaged'))) || (await folder.tryUnlink(taken))
      if (aside) lost.push({ events: entry.events, own: isOwn(entry), reason: 'spool-damaged' })
      return undefined
    }
    return {
      batch,
      own: isOwn(entry),
      async done() {
        // One that cannot be deleted stays held, so that it is not sent again while this process lives.
        if ((await folder.tryUnlink(taken)) || !(await folder.mayExist(taken))) letGo(taken)
      },
      async putBack() {
        if (held.has(taken) && (await giveBack())) waiting.unshift(name)
      },
    }
  }

  return {
    async prepare() {
      await folder.prepare().catch((error: unknown) => {
        throw unwritable(error)
      })
    },
    async write(batch) {
      const file = encodeBatch(batch)
      const entry = newEntry(batch, file)
      const writing = nameAs(entry, 'writing')
      const way = { file: writing, superseded: false }
      underWay.set(batch.id, way)
      let evicted: Loss[] = []
      try {
        await folder.write(writing, file)
        // Old ones go only when the new one is written: on a full disk they are all there is.
        if (mustLook(costOf(file.length))) evicted = await evict(await folder.list())
        if (way.superseded) await folder.tryUnlink(writing)
        else await folder.rename(writing, nameAs(entry, 'ready'))
        if (way.superseded) await folder.tryUnlink(nameAs(entry, 'ready'))
      } catch (error) {
        await folder.tryUnlink(writing)
        if (!way.superseded) {
          lost.push(...evicted)
          throw unwritable(error)
        }
      } finally {
        underWay.delete(batch.id)
      }
      await folder.sync()
      return { evicted }
    },
    writeSync(batch) {
      const other = underWay.get(batch.id)
      if (other !== undefined) other.superseded = true
      const file = encodeBatch(batch)
      const entry = newEntry(batch, file)
      const writing = nameAs(entry, 'writing')
      let evictions: Eviction[] = []
      try {
        const startedMs = performance.now()
        folder.writeSync(writing, file, exitSyncMs < EXIT_SYNC_MS)
        exitSyncMs += performance.now() - startedMs
        if (mustLook(costOf(file.length))) evictions = plan(folder.listSync()).filter(({ name }) => folder.tryUnlinkSync(name))
        folder.renameSync(writing, nameAs(entry, 'ready'))
        // The process may end before that one goes on; then it would be found, whole, by the next.
        if (other !== undefined) folder.tryUnlinkSync(other.file)
      } catch (error) {
        lost.push(...toLosses(evictions))
        folder.tryUnlinkSync(writing)
        throw unwritable(error)
      }
      return { evicted: toLosses(evictions) }
    },
    async take() {
      for (let looked = false; ; ) {
        const name = waiting.shift()
        const taken = name === undefined ? undefined : await tryTake(name)
        if (taken !== undefined) return taken
        if (name !== undefined) continue
        if (looked) return undefined
        waiting = await look()
        looked = true
      }
    },
    losses() {
      const evicted = lost
      lost = []
      return { evicted }
    },
    async close() {
      waiting = []
      for (const name of [...held]) {
        const entry = tryParseEntry(name)
        letGo(name)
        if (entry !== undefined) await folder.tryRename(name, nameAs(entry, 'ready'))
      }
    },
  }
}
