import { Buffer, isAscii } from 'node:buffer'

/**
 * Text of a body: UTF-8, or UTF-16 when a byte order mark says so; the mark is dropped, bad bytes become U+FFFD.
 * A body of plain ASCII costs a copy and no decoding.
 */
export const decodeText = (bytes: Uint8Array): string => {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (isAscii(buffer)) return buffer.toString('latin1')
  const mark = buffer.length >= 2 ? buffer.readUInt16BE(0) : 0
  if (mark === 0xfffe) return buffer.subarray(2).toString('utf16le')
  if (mark === 0xfeff) {
    const even = Buffer.from(buffer.subarray(2, buffer.length - (buffer.length % 2)))
    return even.swap16().toString('utf16le')
  }
  const text = buffer.toString('utf8')
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
}
