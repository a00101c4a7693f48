import { Buffer, isAscii, isUtf8 } from 'node:buffer'

/** What terminals take for colours and styles; it stands in files of programs that did not notice that they write to one. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what begins them
export const TERMINAL_STYLE = /\x1b\[[\d;]{0,20}[mK]/g

/** What Windows-1252 has at 0x80…0x9f, where Latin-1 has control characters. Some releases of Node take TextDecoder's windows-1252 for Latin-1. */
const WINDOWS_1252 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ'
const fromWindows1252 = (line: Buffer): string =>
  line.toString('latin1').replace(/[\u0080-\u009f]/g, (character) => WINDOWS_1252.charAt(character.charCodeAt(0) - 0x80))
/** Anything that UTF-8 made of bytes beyond ASCII, but for the mark of bad ones. */
const BEYOND_ASCII = /[\u0080-\ufffc\ufffe\uffff]/

/** Line by line, because programs of several ages write into one file. */
const decodeMixed = (buffer: Buffer): string => {
  const parts: string[] = []
  for (let start = 0; start < buffer.length; ) {
    const newline = buffer.indexOf(10, start)
    const end = newline < 0 ? buffer.length : newline + 1
    const line = buffer.subarray(start, end)
    const text = line.toString('utf8')
    parts.push(isUtf8(line) || BEYOND_ASCII.test(text) ? text : fromWindows1252(line))
    start = end
  }
  return parts.join('')
}

/**
 * Text of a body: UTF-8, or UTF-16 when a byte order mark says so; the mark is dropped, bad bytes become U+FFFD,
 * but lines that hold no character of UTF-8 beyond ASCII are read as Windows-1252 (of which Latin-1 is a part).
 * A body of plain ASCII costs a copy and no decoding. Bytes 0 are left out: they are what is left of a file that was emptied while a program
 * had it open, and would hide the stamp of the line behind them.
 */
export const decodeText = (bytes: Uint8Array): string => {
  const text = decodeBytes(bytes)
  return text.includes('\0') ? text.replaceAll('\0', '') : text
}

const decodeBytes = (bytes: Uint8Array): string => {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (isAscii(buffer)) return buffer.toString('latin1')
  const mark = buffer.length >= 2 ? buffer.readUInt16BE(0) : 0
  if (mark === 0xfffe) return buffer.subarray(2).toString('utf16le')
  if (mark === 0xfeff) {
    const even = Buffer.from(buffer.subarray(2, buffer.length - (buffer.length % 2)))
    return even.swap16().toString('utf16le')
  }
  const text = isUtf8(buffer) ? buffer.toString('utf8') : decodeMixed(buffer)
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
}
