import { promisify } from 'node:util'
import * as zlib from 'node:zlib'
import type { Compress, Decompress } from '@heartwood/sdk-core'

const gzip = promisify<Uint8Array, zlib.ZlibOptions, Buffer>(zlib.gzip)
const gunzip = promisify<Uint8Array, Buffer>(zlib.gunzip)

/** Shorter bodies are sent as they are. */
const PLAIN_BYTES = 1_024

export const createCompress =
  (mode: () => 'auto' | 'gzip' | 'zstd' | 'none'): Compress =>
  async (body) =>
    mode() === 'none' || body.byteLength < PLAIN_BYTES ? { body, encoding: '' } : { body: await gzip(body, { level: 1 }), encoding: 'gzip' }

export const decompress: Decompress = (body) => gunzip(body)
