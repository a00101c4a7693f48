import { promisify } from 'node:util'
import zlib from 'node:zlib'
import { HeartwoodError } from '../errors.ts'
import { unzstd, ZstdTooLarge } from './body-zstd.ts'

export type Encoding = 'gzip' | 'deflate' | 'br' | 'zstd'

/** More than two in a row is nobody's client. */
const MAX_ENCODINGS = 4

const gunzip = promisify(zlib.gunzip)
const inflate = promisify(zlib.inflate)
const inflateRaw = promisify(zlib.inflateRaw)
const brotli = promisify(zlib.brotliDecompress)

type Decompressor = (bytes: Uint8Array, options: { maxOutputLength: number; chunkSize: number }) => Promise<Buffer>
/** From Node 22.15 on; types follow the oldest Node that we support and do not know it, hence the casts. */
const nativeZstd = (zlib as { zstdDecompress?: (...args: never[]) => void }).zstdDecompress
const zstd = nativeZstd === undefined ? undefined : (promisify(nativeZstd) as unknown as Decompressor)

/**
 * Encodings in the order in which they were applied; any case, `x-gzip`, `identity` and empty members are fine.
 * @throws HeartwoodError `encoding-unsupported`
 */
export function encodingsOf(header: string | string[] | undefined): Encoding[] {
  const names = String(header ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '' && name !== 'identity')
  if (names.length > MAX_ENCODINGS) throw new HeartwoodError('encoding-unsupported', 'The body has too many encodings.')
  return names.map((name) => {
    const encoding = NAMES.get(name)
    if (encoding === undefined) throw new HeartwoodError('encoding-unsupported', `The encoding “${name.slice(0, 50)}” is not known.`)
    return encoding
  })
}

const NAMES: ReadonlyMap<string, Encoding> = new Map([
  ['gzip', 'gzip'],
  ['x-gzip', 'gzip'],
  ['deflate', 'deflate'],
  ['x-deflate', 'deflate'],
  ['br', 'br'],
  ['zstd', 'zstd'],
])

/**
 * Undoes the encodings, the last one first; a body that is gzip or zstd by its first bytes but does not say so is read as such.
 * Ends as soon as the output passes the limit, so that a bomb costs no more memory than an honest body.
 *
 * @throws HeartwoodError `body-too-large`, `encoding-broken`
 */
export async function decompress(
  bytes: Uint8Array<ArrayBuffer>,
  encodings: readonly Encoding[],
  limitBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  let body: Uint8Array = bytes
  for (const encoding of encodings.length > 0 ? encodings.toReversed() : unannounced(bytes)) {
    if (body.byteLength === 0) break
    body = await undo(encoding, body, limitBytes)
  }
  return body === bytes ? bytes : ownBytes([body], body.byteLength)
}

function unannounced(bytes: Uint8Array): Encoding[] {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return ['gzip']
  return bytes[0] === 0x28 && bytes[1] === 0xb5 && bytes[2] === 0x2f && bytes[3] === 0xfd ? ['zstd'] : []
}

async function undo(encoding: Encoding, bytes: Uint8Array, limitBytes: number): Promise<Uint8Array> {
  // Log text shrinks to about an eighth: output comes in few pieces.
  const chunkSize = Math.min(Math.max(bytes.byteLength * 8, 16 * 1024), 1024 * 1024)
  const options = { maxOutputLength: limitBytes, chunkSize }
  try {
    switch (encoding) {
      case 'gzip':
        return await gunzip(bytes, options)
      case 'deflate':
        return await (hasZlibHeader(bytes) ? inflate(bytes, options) : inflateRaw(bytes, options))
      case 'br':
        return await brotli(bytes, options)
      case 'zstd':
        return await (zstd ?? withLibrary)(bytes, options)
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ERR_BUFFER_TOO_LARGE' || error instanceof ZstdTooLarge) {
      throw new HeartwoodError('body-too-large', `The body is larger than ${Math.floor(limitBytes / 1024 / 1024)} MiB when decompressed.`)
    }
    throw new HeartwoodError('encoding-broken', `The body does not decompress as ${encoding}.`, { cause: error })
  }
}

const withLibrary: Decompressor = async (bytes, { maxOutputLength }) => {
  const { chunks, length } = unzstd(bytes, maxOutputLength)
  return Buffer.concat(chunks, length)
}

/** RFC 9110 means zlib by `deflate`, some clients send the bare stream. */
function hasZlibHeader(bytes: Uint8Array): boolean {
  const first = bytes[0] ?? 0
  return (first & 0x0f) === 8 && ((first << 8) | (bytes[1] ?? 0)) % 31 === 0
}

/** The chunks as one, in a buffer of its own that can be transferred to another thread. */
export function ownBytes(chunks: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(new ArrayBuffer(length))
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.byteLength
  }
  return bytes
}
