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
const brotli: Codec = promisify(zlib.brotliCompress)
const unbrotli: Codec = promisify(zlib.brotliDecompress)
const zstd = codec(newer.zstdCompress)
const unzstd = codec(newer.zstdDecompress)

/** Shorter bodies are sent as they are. */
const PLAIN_BYTES = 1_024
/** In one piece for most batches: each further one is a way to the thread pool and back. */
const CHUNK_BYTES = 64 * 1024
const { BROTLI_PARAM_LGWIN, BROTLI_PARAM_QUALITY } = zlib.constants
// The lowest levels: of lines of JSON the higher ones make little less. At theirs, Brotli and zstd need less than half of gzip's time and make less of them.
const GZIP = { level: 1, chunkSize: CHUNK_BYTES }
const BROTLI = { chunkSize: CHUNK_BYTES, params: { [BROTLI_PARAM_QUALITY]: 1, [BROTLI_PARAM_LGWIN]: 18 } }
/** ZSTD_c_compressionLevel, a constant that not every Node names. */
const ZSTD_LEVEL = 100
const ZSTD = { chunkSize: CHUNK_BYTES, params: { [ZSTD_LEVEL]: 1 } }

/** Compresses on Node's thread pool: zstd where this Node has it, else Brotli, unless the options say otherwise. */
export const createCompress =
  (mode: () => 'auto' | 'gzip' | 'brotli' | 'zstd' | 'none'): Compress =>
  async (body) => {
    const wanted = mode()
    if (wanted === 'none' || body.byteLength < PLAIN_BYTES) return { body, encoding: '' }
    if (wanted === 'gzip') return { body: await gzip(body, GZIP), encoding: 'gzip' }
    if (zstd !== undefined && wanted !== 'brotli') return { body: await zstd(body, ZSTD), encoding: 'zstd' }
    return { body: await brotli(body, BROTLI), encoding: 'br' }
  }

const DECODERS: { readonly [encoding: string]: Codec | undefined } = { gzip: gunzip, br: unbrotli, zstd: unzstd }

/** @throws Error when this Node does not know the encoding, or the body is broken */
export const decompress: Decompress = async (body, encoding) => {
  const undo = DECODERS[encoding]
  if (undo === undefined) throw new Error(`This Node cannot undo the encoding “${encoding}”.`)
  return undo(body, {})
}
