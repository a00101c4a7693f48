import { createReadStream, type ReadStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { CliError } from '../errors.ts'
import { ByteReader } from './byte-reader.ts'
import { detectPacking, type Packing, refuseUnreadable, unpack } from './unpack.ts'

/** How much of the beginning is looked at: to find the format, and to know the file again. */
const HEAD_BYTES = 64 * 1024
/** Pieces from all over a file, by which the years are counted that stamps do not name. */
const SAMPLES = 256
const SAMPLE_BYTES = 4_096
const READ_BYTES = 1024 * 1024

/** A file, or standard input, as UTF-8 text. Offsets count bytes of that text: after unpacking. */
export interface Source {
  head: Buffer
  packing: Packing
  /** Size and time of the file on disk; undefined for a pipe. */
  stat: { size: number; mtimeMs: number } | undefined
  /** Whole lines from the end; the beginning again where only reading all would show the end. */
  lastLines(): Promise<Buffer>
  /** A reader that stands at `offset`; once for a pipe. */
  readFrom(offset: number): Promise<ByteReader>
  /** How many bytes of the file on disk stand before `offset`, for progress. */
  consumed(offset: number): number
  close(): Promise<void>
}

/**
 * Opens a file as it is now: what is appended later belongs to the next import.
 * @throws CliError `file-unreadable`, `file-packed`, `file-binary`
 */
export async function openFile(path: string): Promise<Source> {
  const handle = await open(path, 'r').catch((error: unknown) => {
    const code = codeOf(error)
    // It was there when its folder was read.
    const reason = code === 'ENOENT' ? 'it is a link to nothing, or was removed' : code
    throw new CliError('file-unreadable', `${path} cannot be read (${reason}).`, { cause: error })
  })
  try {
    const info = await handle.stat()
    if (!info.isFile()) throw new CliError('file-unreadable', `${path} is not a file.`)
    const first = await readAt(handle, 0, Math.min(HEAD_BYTES, info.size))
    refuseUnpackable(first, path)
    const packing = detectPacking(first)
    const stat = { size: info.size, mtimeMs: info.mtimeMs }
    if (packing === 'none') return plainSource(handle, first, stat)
    const source = await packedSource(handle, path, packing, stat)
    refuseUnreadable(source.head, path)
    return source
  } catch (error) {
    await handle.close()
    throw error
  }
}

/** Standard input; it can be read once, from its beginning. */
export async function openStream(input: Readable, name: string): Promise<Source> {
  const raw = new ByteReader(input)
  const first = await raw.peek(HEAD_BYTES)
  refuseUnpackable(first, name)
  const packing = detectPacking(first)
  const unpacked = packing === 'none' ? raw : new ByteReader(await unpack(Readable.from(chunksOf(raw)), packing))
  const head = Buffer.from(await unpacked.peek(HEAD_BYTES))
  refuseUnreadable(head, name)
  return {
    head,
    packing,
    stat: undefined,
    lastLines: async () => head,
    readFrom: async (offset) => {
      await unpacked.skip(offset)
      return unpacked
    },
    consumed: (offset) => offset,
    close: () => unpacked.close(),
  }
}

function plainSource(handle: FileHandle, head: Buffer, stat: { size: number; mtimeMs: number }): Source {
  return {
    head,
    packing: 'none',
    stat,
    lastLines: async () => {
      if (stat.size <= HEAD_BYTES) return head
      const parts: Buffer[] = []
      const step = Math.max(SAMPLE_BYTES, Math.ceil(stat.size / SAMPLES))
      for (let at = HEAD_BYTES; at < stat.size - HEAD_BYTES; at += step) parts.push(wholeLines(await readAt(handle, at, SAMPLE_BYTES)))
      const end = await readAt(handle, stat.size - HEAD_BYTES, HEAD_BYTES)
      parts.push(end.subarray(end.indexOf(0x0a) + 1))
      return Buffer.concat(parts)
    },
    readFrom: async (offset) => new ByteReader(readPlain(handle, offset, stat.size)),
    consumed: (offset) => offset,
    close: () => handle.close(),
  }
}

async function packedSource(handle: FileHandle, path: string, packing: Packing, stat: { size: number; mtimeMs: number }): Promise<Source> {
  let input: ReadStream | undefined
  const openReader = async (): Promise<ByteReader> => {
    input?.destroy()
    input = createReadStream(path, { highWaterMark: 128 * 1024 })
    return new ByteReader(await unpack(input, packing))
  }
  const looking = await openReader()
  const head = Buffer.from(await looking.peek(HEAD_BYTES))
  await looking.close()
  return {
    head,
    packing,
    stat,
    lastLines: async () => {
      // A stream of its own: the import may already be reading.
      const whole = createReadStream(path, { highWaterMark: 128 * 1024 })
      const reader = new ByteReader(await unpack(whole, packing))
      const parts: Buffer[] = []
      let end: Buffer = Buffer.alloc(0)
      let count = 0
      let step = 1
      for await (const chunk of chunksOf(reader)) {
        if (count > 0 && count % step === 0) parts.push(wholeLines(Buffer.from(chunk.subarray(0, SAMPLE_BYTES))))
        count++
        if (parts.length > 2 * SAMPLES) {
          // How long it is shows only at its end: half of them are enough from here on.
          for (let at = parts.length - 1; at > 0; at -= 2) parts.splice(at, 1)
          step *= 2
        }
        end = Buffer.concat([end.subarray(Math.max(0, end.length - HEAD_BYTES)), chunk])
      }
      await reader.close()
      whole.destroy()
      if (count < 2 && end.length <= HEAD_BYTES) return head
      const last = end.subarray(Math.max(0, end.length - HEAD_BYTES))
      parts.push(last.subarray(last.indexOf(0x0a) + 1))
      return Buffer.concat(parts)
    },
    readFrom: async (offset) => {
      const reader = await openReader()
      await reader.skip(offset)
      return reader
    },
    consumed: () => input?.bytesRead ?? 0,
    close: async () => {
      input?.destroy()
      await handle.close()
    },
  }
}

const wholeLines = (bytes: Buffer): Buffer => bytes.subarray(bytes.indexOf(0x0a) + 1, bytes.lastIndexOf(0x0a) + 1)

async function* readPlain(handle: FileHandle, from: number, to: number): AsyncGenerator<Uint8Array> {
  for (let position = from; position < to; ) {
    const chunk = await readAt(handle, position, Math.min(READ_BYTES, to - position))
    if (chunk.length === 0) return
    yield chunk
    position += chunk.length
  }
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length)
  const { bytesRead } = await handle.read(buffer, 0, length, position)
  return buffer.subarray(0, bytesRead)
}

async function* chunksOf(reader: ByteReader): AsyncGenerator<Buffer> {
  for (;;) {
    const chunk = await reader.peek(128 * 1024)
    if (chunk.length === 0) return
    const copy = Buffer.from(chunk)
    reader.consume(chunk.length)
    yield copy
  }
}

function refuseUnpackable(first: Buffer, name: string): void {
  if (detectPacking(first) === 'none') refuseUnreadable(first, name)
}

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : String(error))
