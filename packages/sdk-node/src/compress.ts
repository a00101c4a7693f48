import { promisify } from 'node:util'
import * as zlib from 'node:zlib'
import type { Compress, Decompress } from '@heartwood/sdk-core'

type Codec = (body: Uint8Array, options: object) => Promise<Buffer>

/** What Node has since 22.15; the types are of the oldest version that is supported. */
const newer = zlib as { zstdCompress?: (...args: never[]) => void; zstdDecompress?: (...args: never[]) => void }
const codec = (callback: ((...args: never[]) => void) | undefined): Codec | undefined =>
  // Its overloads cannot be told apart by type: all end with options and a callback.
  callback === undefined ? undefined : (promisify(callback) as unknown as Codec)

const gzip: Codec = promisify(zlib.gzip)
const gunzip: Codec = promisify(zlib.gunzip)
const zstd = codec(newer.zstdCompress)
const unzstd = codec(newer.zstdDecompress)

/** Shorter bodies are sent as they are. */
const PLAIN_BYTES = 1_024
/** In one piece for most batches: each further one is a way to the thread pool and back. */
const CHUNK_BYTES = 64 * 1024
const GZIP = { level: 1, chunkSize: CHUNK_BYTES }
const ZSTD = { chunkSize: CHUNK_BYTES }

/** Compresses on Node's thread pool: zstd where this Node has it, unless the options say otherwise. */
export const createCompress =
  (mode: () => 'auto' | 'gzip' | 'zstd' | 'none'): Compress =>
  async (body) => {
    const wanted = mode()
    if (wanted === 'none' || body.byteLength < PLAIN_BYTES) return { body, encoding: '' }
    if (zstd !== undefined && wanted !== 'gzip') return { body: await zstd(body, ZSTD), encoding: 'zstd' }
    return { body: await gzip(body, GZIP), encoding: 'gzip' }
  }

/** @throws Error when this Node does not know the encoding, or the body is broken */
export const decompress: Decompress = async (body, encoding) => {
  const undo = encoding === 'gzip' ? gunzip : encoding === 'zstd' ? unzstd : undefined
  if (undo === undefined) throw new Error(`This Node cannot undo the encoding “${encoding}”.`)
  return undo(body, {})
}
