import { PassThrough, type Readable, Transform } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { CliError } from '../errors.ts'

export type Packing = 'none' | 'gzip' | 'zstd' | 'bzip2' | 'utf-16le' | 'utf-16be'

/** Looks at the first bytes; the name of a file proves nothing. */
export function detectPacking(head: Uint8Array): Packing {
  const begins = (...bytes: number[]): boolean => bytes.every((byte, index) => head[index] === byte)
  if (begins(0x1f, 0x8b)) return 'gzip'
  if (begins(0x28, 0xb5, 0x2f, 0xfd)) return 'zstd'
  if (begins(0x42, 0x5a, 0x68) && (head[3] ?? 0) >= 0x31 && (head[3] ?? 0) <= 0x39) return 'bzip2'
  if (begins(0xff, 0xfe)) return 'utf-16le'
  if (begins(0xfe, 0xff)) return 'utf-16be'
  return 'none'
}

/** @throws CliError for packings that are known but not read here, and for what is not text at all. */
export function refuseUnreadable(head: Uint8Array, name: string): void {
  const begins = (...bytes: number[]): boolean => bytes.every((byte, index) => head[index] === byte)
  if (begins(0xfd, 0x37, 0x7a, 0x58, 0x5a)) throw new CliError('file-packed', `${name} is packed with xz, which is not read here.`)
  if (begins(0x50, 0x4b, 0x03, 0x04)) throw new CliError('file-packed', `${name} is a zip archive, which is not read here.`)
  // Real logs carry a stray NUL after a crash (a hole in the file); binary formats are full of them, and of other control characters.
  const strange = head.reduce((count, byte) => count + (STRANGE.has(byte) ? 1 : 0), 0)
  if (strange > head.length / 20) throw new CliError('file-binary', `${name} is not text.`)
}

/** Control characters that no text has: all but tab, line breaks, form feed, escape, and the separator of FIX (1). */
const STRANGE = new Set([...Array(32).keys(), 127].filter((code) => ![1, 9, 10, 12, 13, 27].includes(code)))

/** UTF-8 bytes of what a packed stream holds. Errors of the packing reach the reader as errors of the stream. */
export async function unpack(input: Readable, packing: Packing): Promise<Readable> {
  if (packing === 'none') return input
  if (packing === 'bzip2') {
    const { default: unbzip2 } = await import('unbzip2-stream')
    const unpacking = unbzip2()
    input.on('error', (error) => unpacking.emit('error', error))
    const output = new PassThrough()
    unpacking.on('error', (error) => output.destroy(error))
    input.pipe(unpacking).pipe(output)
    return output
  }
  const unpacking = packing === 'gzip' ? createGunzip() : packing === 'zstd' ? await createUnzstd() : createRecoder(packing)
  input.on('error', (error) => unpacking.destroy(error))
  return input.pipe(unpacking)
}

/** Node's own (22.15 and newer) ends after the first frame without a word; files joined from several are common. */
async function createUnzstd(): Promise<Transform> {
  const { Decompress } = await import('fzstd')
  const output = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      attempt(() => decompress.push(chunk), done)
    },
    flush(done) {
      attempt(() => decompress.push(new Uint8Array(0), true), done)
    },
  })
  // The window is reused: what it hands out has to be copied.
  const decompress = new Decompress((data) => void output.push(Buffer.from(data)))
  return output
}

function createRecoder(encoding: 'utf-16le' | 'utf-16be'): Transform {
  const decoder = new TextDecoder(encoding)
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      done(null, Buffer.from(decoder.decode(chunk, { stream: true })))
    },
    flush(done) {
      done(null, Buffer.from(decoder.decode()))
    },
  })
}

function attempt(work: () => void, done: (error?: Error) => void): void {
  try {
    work()
    done()
  } catch (error) {
    done(error instanceof Error ? error : new Error(String(error)))
  }
}
