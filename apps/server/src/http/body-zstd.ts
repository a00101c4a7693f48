import { Decompress } from 'fzstd'

/** The output passes the limit; the caller turns it into an error of the catalogue. */
export class ZstdTooLarge extends Error {}

/** Windows that encoders use go up to this (`--ultra`); RFC 9659 asks them to stay at 8 MiB for HTTP. */
const MAX_WINDOW = 128 * 1024 * 1024
/** The library moves its whole window for each block; honest bodies stay far below this. */
const MAX_MOVED = 16 * 1024 * 1024 * 1024
const DICTIONARY_BYTES = [0, 1, 2, 4]
const PIECE = 64 * 1024

/**
 * Decompresses zstd where Node has none of its own (before 22.15). The frames are walked first, because the library believes what
 * they say: a header of ten bytes can ask it for two gigabytes.
 *
 * @throws ZstdTooLarge, or any Error for what is not zstd or ends early
 */
export function unzstd(bytes: Uint8Array, limitBytes: number): { chunks: Uint8Array[]; length: number } {
  const chunks: Uint8Array[] = []
  let length = 0
  const take = (chunk: Uint8Array): void => {
    length += chunk.byteLength
    if (length > limitBytes) throw new ZstdTooLarge()
    chunks.push(chunk)
  }
  for (const frame of walkFrames(bytes)) {
    const stream = new Decompress(take)
    for (let at = 0; at < frame.byteLength; at += PIECE) stream.push(frame.subarray(at, at + PIECE), at + PIECE >= frame.byteLength)
  }
  return { chunks, length }
}

function walkFrames(bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const frames: Uint8Array[] = []
  let at = 0
  let moved = 0
  while (at < bytes.byteLength) {
    const start = at
    const magic = view.getUint32(at, true)
    if (magic >>> 4 === 0x184d2a5) {
      at += 8 + view.getUint32(at + 4, true)
      continue
    }
    if (magic !== 0xfd2fb528) throw new Error('not a zstd frame')
    const flags = view.getUint8(at + 4)
    const single = (flags >> 5) & 1
    const sizeField = flags >> 6
    const sizeBytes = sizeField > 0 ? 1 << sizeField : single
    const power = 2 ** (10 + (view.getUint8(at + 5) >> 3))
    at += 6 - single + (DICTIONARY_BYTES[flags & 3] ?? 0)
    const window = single ? contentSize(view, at, sizeBytes) : power + (power / 8) * (view.getUint8(start + 5) & 7)
    if (window > MAX_WINDOW) throw single ? new ZstdTooLarge() : new Error('the window is too large')
    at += sizeBytes
    for (let last = false; !last; ) {
      const header = view.getUint16(at, true) | (view.getUint8(at + 2) << 16)
      last = (header & 1) === 1
      at += 3 + (((header >> 1) & 3) === 1 ? 1 : header >> 3)
      moved += window
      if (moved > MAX_MOVED) throw new Error('too many small blocks')
    }
    at += (flags >> 2) & 1 ? 4 : 0
    if (at > bytes.byteLength) throw new Error('the last frame ends early')
    frames.push(bytes.subarray(start, at))
  }
  return frames
}

function contentSize(view: DataView, at: number, sizeBytes: number): number {
  if (sizeBytes === 8) return Number(view.getBigUint64(at, true))
  if (sizeBytes === 4) return view.getUint32(at, true)
  return sizeBytes === 2 ? view.getUint16(at, true) + 256 : view.getUint8(at)
}
