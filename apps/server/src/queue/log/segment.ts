import { crc32 } from 'node:zlib'
import type { UnixMs } from '@heartwood/protocol'
import { HeartwoodError } from '../../errors.ts'
import { MARK_BYTES } from './frame.ts'

/**
 * Begins each segment file, 64 bytes: `HWQL`, u16 version, u16 header length, 8 bytes log id, u32 number,
 * u32 number of the segment before, f64 where that one ends, f64 creation, zeros, u32 CRC of what stands before.
 *
 * Where the segment before ends stands here because bytes behind that place may be left of a write that failed: they were refused to
 * their sender, or written again in this segment.
 */
export const SEGMENT_HEADER_BYTES = 64
const MAGIC = Buffer.from('HWQL')
const SEGMENT_VERSION = 1
const CRC_AT = 60

export interface SegmentHeader {
  logId: Buffer
  number: number
  previous: { number: number; endOffset: number }
  createdAt: UnixMs
}

export const encodeSegmentHeader = (header: SegmentHeader): Buffer => {
  const bytes = Buffer.alloc(SEGMENT_HEADER_BYTES)
  MAGIC.copy(bytes)
  bytes.writeUInt16LE(SEGMENT_VERSION, 4)
  bytes.writeUInt16LE(SEGMENT_HEADER_BYTES, 6)
  bytes.set(header.logId, 8)
  bytes.writeUInt32LE(header.number, 16)
  bytes.writeUInt32LE(header.previous.number, 20)
  bytes.writeDoubleLE(header.previous.endOffset, 24)
  bytes.writeDoubleLE(header.createdAt, 32)
  bytes.writeUInt32LE(crc32(bytes.subarray(0, CRC_AT)), CRC_AT)
  return bytes
}

/**
 * Undefined when the bytes are not a whole header.
 * @throws HeartwoodError `data-newer`
 */
export const decodeSegmentHeader = (bytes: Buffer): SegmentHeader | undefined => {
  if (bytes.length < SEGMENT_HEADER_BYTES || !bytes.subarray(0, 4).equals(MAGIC)) return undefined
  if (crc32(bytes.subarray(0, CRC_AT)) !== bytes.readUInt32LE(CRC_AT)) return undefined
  const version = bytes.readUInt16LE(4)
  if (version > SEGMENT_VERSION) {
    throw new HeartwoodError('data-newer', `The queue's log has version ${version}; this Heartwood knows ${SEGMENT_VERSION}.`)
  }
  return {
    logId: Buffer.from(bytes.subarray(8, 8 + MARK_BYTES)),
    number: bytes.readUInt32LE(16),
    previous: { number: bytes.readUInt32LE(20), endOffset: bytes.readDoubleLE(24) },
    createdAt: bytes.readDoubleLE(32) as UnixMs,
  }
}
