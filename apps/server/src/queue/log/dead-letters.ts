import { crc32 } from 'node:zlib'
import type { UnixMs } from '@heartwood/protocol'
import { HeartwoodError } from '../../errors.ts'
import type { AccountRows, Batch, DeadLetter, Delivery } from '../queue.ts'
import { DAMAGED_FOLDER, type DamageReport } from './damage.ts'
import { type Files, isTemporary, type OpenFile, readWhole, writeDurably } from './files.ts'

/** One file each: `HWDL`, u16 version, u16 0, u32 CRC of all that follows, u32 length of the description, description (JSON), payload. */
const FOLDER = 'dead-letters'
const SUFFIX = '.letter'
const MAGIC = Buffer.from('HWDL')
const VERSION = 1
const HEAD_BYTES = 16
/** More than any description has. */
const DESCRIPTION_BYTES = 1024 * 1024

interface Description {
  at: UnixMs
  reason: string
  batch: Omit<Batch, 'payload'>
}

/** What is known of a letter without reading its payload. */
export interface LetterSummary extends AccountRows {
  id: string
  at: UnixMs
}

export interface DeadLetterFolder {
  /** Durable when it resolves; writing the same delivery again changes nothing but the reason. */
  add(delivery: Delivery, reason: string): Promise<void>
  /** Those whose description can be read. */
  summaries(): Promise<LetterSummary[]>
  /** Oldest first, without their payloads. */
  list(): Promise<DeadLetter[]>
  get(id: string): Promise<DeadLetter | undefined>
  remove(id: string): Promise<void>
  /** Removes what was added for the delivery, if anything was. */
  withdraw(delivery: Delivery): Promise<void>
  readonly count: number
  readonly bytes: number
}

interface DeadLetterOptions {
  files: Files
  logId: Buffer
  now: () => number
  onDamage: (report: DamageReport) => void
}

const encodeLetter = (description: Description, payload: Uint8Array): Uint8Array[] => {
  const text = Buffer.from(JSON.stringify(description))
  const head = Buffer.alloc(HEAD_BYTES)
  MAGIC.copy(head)
  head.writeUInt16LE(VERSION, 4)
  head.writeUInt32LE(text.length, 12)
  head.writeUInt32LE(crc32(payload, crc32(text, crc32(head.subarray(12)))), 8)
  return [head, text, payload]
}

const readDescription = async (file: OpenFile): Promise<Description | undefined> => {
  const head = await file.read(0, HEAD_BYTES)
  const length = head.length < HEAD_BYTES ? 0 : head.readUInt32LE(12)
  try {
    return length > DESCRIPTION_BYTES ? undefined : (JSON.parse((await file.read(HEAD_BYTES, length)).toString()) as Description)
  } catch {
    return undefined
  }
}

/** Undefined when damaged. */
const decodeLetter = (id: string, bytes: Buffer): DeadLetter | undefined => {
  if (bytes.length < HEAD_BYTES || !bytes.subarray(0, 4).equals(MAGIC)) return undefined
  if (bytes.readUInt16LE(4) > VERSION) {
    throw new HeartwoodError('data-newer', `The dead letter ${id} has version ${bytes.readUInt16LE(4)}; this Heartwood knows ${VERSION}.`)
  }
  if (crc32(bytes.subarray(12)) !== bytes.readUInt32LE(8)) return undefined
  const payloadAt = HEAD_BYTES + bytes.readUInt32LE(12)
  const { at, reason, batch } = JSON.parse(bytes.toString('utf8', HEAD_BYTES, payloadAt)) as Description
  return { id, sizeBytes: bytes.length - payloadAt, at, reason, batch: { ...batch, payload: bytes.subarray(payloadAt) } }
}

export const openDeadLetters = async ({ files, logId, now, onDamage }: DeadLetterOptions): Promise<DeadLetterFolder> => {
  const sizes = new Map<string, number>()
  let totalBytes = 0

  const forget = (id: string): void => {
    totalBytes -= sizes.get(id) ?? 0
    sizes.delete(id)
  }
  const remember = (id: string, sizeBytes: number): void => {
    forget(id)
    sizes.set(id, sizeBytes)
    totalBytes += sizeBytes
  }

  await files.makeFolder(FOLDER)
  for (const { name, sizeBytes } of await files.list(FOLDER)) {
    if (isTemporary(name)) await files.remove(`${FOLDER}/${name}`)
    else if (name.endsWith(SUFFIX)) remember(name.slice(0, -SUFFIX.length), sizeBytes)
  }
  const idOf = ({ position }: Delivery): string => `${logId.toString('hex')}-${position.replace(':', '-')}`
  const pathOf = (id: string): string => `${FOLDER}/${id}${SUFFIX}`

  const read = async (id: string): Promise<DeadLetter | undefined> => {
    const size = sizes.get(id)
    const bytes = size === undefined ? undefined : await readWhole(files, pathOf(id), size)
    const letter = bytes === undefined ? undefined : decodeLetter(id, bytes)
    if (bytes === undefined) forget(id)
    else if (letter === undefined) await setAside(id, bytes.length)
    return letter
  }

  const setAside = async (id: string, damagedBytes: number): Promise<void> => {
    const copy = `${DAMAGED_FOLDER}/${id}${SUFFIX}`
    await files.makeFolder(DAMAGED_FOLDER)
    await files.rename(pathOf(id), copy)
    forget(id)
    const message = `The dead letter ${id} is damaged and cannot be replayed; it was moved to ${copy}.`
    onDamage({ code: 'queue-damaged', file: pathOf(id), setAside: copy, damagedBytes, message })
  }

  const remove = async (id: string): Promise<void> => {
    await files.remove(pathOf(id))
    await files.syncFolder(FOLDER)
    forget(id)
  }

  return {
    async add(delivery, reason) {
      const id = idOf(delivery)
      const { payload, position: _, ...batch } = delivery
      const content = encodeLetter({ at: now() as UnixMs, reason, batch }, payload)
      await writeDurably(files, FOLDER, `${id}${SUFFIX}`, content)
      const sizeBytes = content.reduce((sum, part) => sum + part.byteLength, 0)
      remember(id, sizeBytes)
    },
    async summaries() {
      const found: LetterSummary[] = []
      for (const id of sizes.keys()) {
        const file = await files.open(pathOf(id))
        const description = await (file && readDescription(file).finally(() => file.close()))
        if (description === undefined) continue
        const { at, batch } = description
        found.push({ id, at, projectId: batch.projectId, door: batch.door, keyId: batch.keyId, rows: batch.rows })
      }
      return found
    },
    async list() {
      const letters: DeadLetter[] = []
      for (const id of [...sizes.keys()]) {
        const letter = await read(id)
        if (letter !== undefined) letters.push({ ...letter, batch: { ...letter.batch, payload: new Uint8Array(0) } })
      }
      return letters.sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1))
    },
    get: read,
    remove,
    async withdraw(delivery) {
      const id = sizes.size === 0 ? '' : idOf(delivery)
      if (sizes.has(id)) await remove(id)
    },
    get count() {
      return sizes.size
    },
    get bytes() {
      return totalBytes
    },
  }
}
