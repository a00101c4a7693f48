import type { OpenFile } from './files.ts'
import { decodeFrame, FRAME_HEAD_BYTES, type Frame, MARK_BYTES, peekFrameBytes } from './frame.ts'
import type { Position } from './position.ts'

const WINDOW_BYTES = 2 * 1024 * 1024

export interface PlacedFrame extends Frame {
  position: Position
  next: Position
}

interface DamagedRange {
  fromOffset: number
  toOffset: number
  /** The beginning of a frame whose rest was never written: what a crash in the middle of a write leaves. Else whole bytes that are wrong. */
  torn: boolean
}

export interface ReadResult {
  frames: PlacedFrame[]
  /** Where to read on; equal to the limit at the end. */
  nextOffset: number
  damage?: DamagedRange
}

export interface SegmentSource {
  file: OpenFile
  segment: number
  mark: Buffer
  /** Bytes behind it do not count. */
  limit: number
}

/**
 * Frames from `offset` on, as many as fit into one read. Damaged bytes end an answer; the next frame behind them is searched for by the
 * log's mark and proven by its CRC, and a frame of which only the length field is damaged is read all the same.
 */
export const readFrames = async (source: SegmentSource, offset: number): Promise<ReadResult> => {
  const available = source.limit - offset
  let buffer = await source.file.read(offset, Math.min(WINDOW_BYTES, available))
  let frames = decodeAll(source, buffer, offset)
  if (frames.length === 0) {
    const size = peekFrameBytes(buffer, 0, source.mark)
    if (size !== undefined && size > buffer.length && size <= available) {
      buffer = await source.file.read(offset, size)
      frames = decodeAll(source, buffer, offset)
    }
  }
  const last = frames.at(-1)
  return last === undefined ? resynchronise(source, offset) : { frames, nextOffset: last.next.offset }
}

const place = (source: SegmentSource, frame: Frame, offset: number): PlacedFrame => ({
  ...frame,
  position: { segment: source.segment, offset },
  next: { segment: source.segment, offset: offset + frame.sizeBytes },
})

const decodeAll = (source: SegmentSource, buffer: Buffer, base: number): PlacedFrame[] => {
  const frames: PlacedFrame[] = []
  let at = 0
  while (at < buffer.length) {
    const frame = decodeFrame(buffer, at, { segment: source.segment, offset: base + at }, source.mark)
    if (frame === undefined) break
    frames.push(place(source, frame, base + at))
    at += frame.sizeBytes
  }
  return frames
}

const resynchronise = async (source: SegmentSource, offset: number): Promise<ReadResult> => {
  const next = (await findFrame(source, offset + 1)) ?? source.limit
  const bytes = await source.file.read(offset, next - offset)
  const mended =
    bytes.length < FRAME_HEAD_BYTES + MARK_BYTES ? undefined : decodeFrame(bytes, 0, { segment: source.segment, offset }, source.mark, bytes.length)
  if (mended !== undefined) return { frames: [place(source, mended, offset)], nextOffset: next }
  const torn = next === source.limit && isTorn(bytes, source.mark)
  return { frames: [], nextOffset: next, damage: { fromOffset: offset, toOffset: next, torn } }
}

const isTorn = (bytes: Buffer, mark: Buffer): boolean => {
  if (bytes.length < FRAME_HEAD_BYTES + MARK_BYTES) return true
  const size = peekFrameBytes(bytes, 0, mark)
  if (size !== undefined) return size > bytes.length
  return bytes.every((byte) => byte === 0)
}

/** The first offset from `from` on at which a valid frame begins. */
const findFrame = async (source: SegmentSource, from: number): Promise<number | undefined> => {
  let base = from + FRAME_HEAD_BYTES
  while (base < source.limit) {
    const buffer = await source.file.read(base, Math.min(WINDOW_BYTES, source.limit - base))
    if (buffer.length < MARK_BYTES) return undefined
    for (let at = buffer.indexOf(source.mark); at !== -1; at = buffer.indexOf(source.mark, at + 1)) {
      const candidate = base + at - FRAME_HEAD_BYTES
      if (await isFrame(source, candidate)) return candidate
    }
    // Marks may lie across the border of two windows.
    base += buffer.length - (MARK_BYTES - 1)
    if (buffer.length < WINDOW_BYTES) return undefined
  }
  return undefined
}

const isFrame = async (source: SegmentSource, offset: number): Promise<boolean> => {
  const head = await source.file.read(offset, FRAME_HEAD_BYTES + MARK_BYTES)
  const size = peekFrameBytes(head, 0, source.mark)
  if (size === undefined || offset + size > source.limit) return false
  const bytes = await source.file.read(offset, size)
  return decodeFrame(bytes, 0, { segment: source.segment, offset }, source.mark) !== undefined
}
