import { crc32 } from 'node:zlib'
import { unixMs } from '@heartwood/protocol'
import { HeartwoodError } from '../../errors.ts'
import type { Batch } from '../queue.ts'
import type { Position } from './position.ts'

/**
 * A frame: `[u32 length][u32 crc][body]`, little-endian, length and CRC of the body, the body being
 * `[8 bytes mark][u8 version][u8 0][u32 project][f64 receivedAt][u32 rows][u32 rejected][u16 door][u16 key][u16 batch id][texts][payload]`.
 *
 * The mark is the log's random identity: it lets a reader find the next frame behind damaged bytes without taking bytes
 * of a payload for one. The CRC starts from the frame's place and length, so that a frame is valid nowhere else.
 */
export const FRAME_HEAD_BYTES = 8
export const MARK_BYTES = 8
const FRAME_VERSION = 1
const FIXED_BODY_BYTES = 36
const U32_MAX = 0xffff_ffff

export interface Frame {
  batch: Batch
  /** Length of the whole frame. */
  sizeBytes: number
}

const seedBytes = Buffer.alloc(16)

const seedOf = (position: Position, bodyBytes: number): number => {
  seedBytes.writeUInt32LE(position.segment >>> 0, 0)
  seedBytes.writeDoubleLE(position.offset, 4)
  seedBytes.writeUInt32LE(bodyBytes, 12)
  return crc32(seedBytes)
}

/** All of the frame but the payload; length and CRC follow with `sealFrameHead`, when the place is known. */
export const encodeFrameHead = (mark: Uint8Array, batch: Batch): Buffer => {
  const door = Buffer.from(batch.door)
  const key = Buffer.from(batch.keyId)
  const batchId = Buffer.from(batch.batchId)
  const head = Buffer.alloc(FRAME_HEAD_BYTES + FIXED_BODY_BYTES + door.length + key.length + batchId.length)
  head.set(mark, 8)
  head.writeUInt8(FRAME_VERSION, 16)
  head.writeUInt32LE(batch.projectId, 18)
  head.writeDoubleLE(batch.receivedAt, 22)
  head.writeUInt32LE(batch.rows, 30)
  head.writeUInt32LE(Math.min(batch.rejectedRows, U32_MAX), 34)
  head.writeUInt16LE(door.length, 38)
  head.writeUInt16LE(key.length, 40)
  head.writeUInt16LE(batchId.length, 42)
  door.copy(head, 44)
  key.copy(head, 44 + door.length)
  batchId.copy(head, 44 + door.length + key.length)
  return head
}

export const sealFrameHead = (head: Buffer, payload: Uint8Array, position: Position): void => {
  const bodyBytes = head.length - FRAME_HEAD_BYTES + payload.byteLength
  head.writeUInt32LE(bodyBytes, 0)
  head.writeUInt32LE(crc32(payload, crc32(head.subarray(FRAME_HEAD_BYTES), seedOf(position, bodyBytes))), 4)
}

/** Size of the whole frame that begins at `at`, when the bytes there can be the beginning of one. */
export const peekFrameBytes = (buffer: Buffer, at: number, mark: Buffer): number | undefined => {
  if (buffer.length < at + FRAME_HEAD_BYTES + MARK_BYTES) return undefined
  if (mark.compare(buffer, at + FRAME_HEAD_BYTES, at + FRAME_HEAD_BYTES + MARK_BYTES) !== 0) return undefined
  const bodyBytes = buffer.readUInt32LE(at)
  return bodyBytes < FIXED_BODY_BYTES ? undefined : FRAME_HEAD_BYTES + bodyBytes
}

/**
 * The frame at `at`, whose place in the log is `position`; undefined unless its CRC holds. The payload is a view of `buffer`.
 * @param sizeBytes overrides the frame's own length field, to read a frame of which only that field is damaged
 * @throws HeartwoodError `data-newer`
 */
export const decodeFrame = (buffer: Buffer, at: number, position: Position, mark: Buffer, sizeBytes?: number): Frame | undefined => {
  const size = sizeBytes ?? peekFrameBytes(buffer, at, mark)
  if (size === undefined || size < FRAME_HEAD_BYTES + FIXED_BODY_BYTES || buffer.length < at + size) return undefined
  const body = buffer.subarray(at + FRAME_HEAD_BYTES, at + size)
  if (crc32(body, seedOf(position, body.length)) !== buffer.readUInt32LE(at + 4)) return undefined
  if (body.readUInt8(8) > FRAME_VERSION) {
    throw new HeartwoodError('data-newer', `The queue holds a batch of version ${body.readUInt8(8)}; this Heartwood knows ${FRAME_VERSION}.`)
  }
  const keyAt = FIXED_BODY_BYTES + body.readUInt16LE(30)
  const batchIdAt = keyAt + body.readUInt16LE(32)
  const payloadAt = batchIdAt + body.readUInt16LE(34)
  const batch: Batch = {
    projectId: body.readUInt32LE(10),
    door: body.toString('utf8', FIXED_BODY_BYTES, keyAt),
    keyId: body.toString('utf8', keyAt, batchIdAt),
    batchId: body.toString('utf8', batchIdAt, payloadAt),
    receivedAt: unixMs(body.readDoubleLE(14)),
    rows: body.readUInt32LE(22),
    rejectedRows: body.readUInt32LE(26),
    // A plain view, not a Buffer: its `slice` copies, as everyone expects.
    payload: new Uint8Array(body.buffer, body.byteOffset + payloadAt, body.length - payloadAt),
  }
  return { batch, sizeBytes: size }
}
