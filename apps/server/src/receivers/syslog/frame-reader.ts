/** Longest message; what is longer is cut and the rest of it skipped. A little more than an event's message may have, so that cutting is marked. */
export const MAX_MESSAGE_BYTES = 272 * 1024

const NEWLINE = 10
const LESS_THAN = 60
const DIGITS = 7

/**
 * Cuts the stream of one TCP connection into messages: RFC 6587 octet counting (`83 <34>1 …`) and lines, also mixed, whatever the first
 * character of each message says. Holds at most one message.
 */
export class FrameReader {
  private parts: Buffer[] = []
  private held = 0
  /** Bytes of a counted message still to come; -1 in a line or between messages. */
  private counted = -1
  private inLine = false
  private readonly emit: (message: Buffer) => void

  constructor(emit: (message: Buffer) => void) {
    this.emit = emit
  }

  push(chunk: Buffer): void {
    let rest = chunk
    if (this.counted < 0 && !this.inLine && this.held > 0) {
      rest = Buffer.concat([...this.parts, chunk])
      this.parts = []
      this.held = 0
    }
    while (rest.length > 0) {
      if (this.counted >= 0) rest = this.readCounted(rest)
      else if (this.inLine) rest = this.readLine(rest)
      else {
        const next = this.begin(rest)
        if (next === undefined) return
        rest = next
      }
    }
  }

  /** The peer closed: a last line may have no end. */
  end(): void {
    if (this.held > 0) this.finish()
  }

  /** Decides how the next message is framed; undefined when that needs more bytes. */
  private begin(bytes: Buffer): Buffer | undefined {
    let at = 0
    while (at < bytes.length && isBlank(bytes[at])) at++
    const start = at
    while (at < bytes.length && at - start < DIGITS && isDigit(bytes[at])) at++
    const counts = at > start && bytes[start] !== 48
    if (at === bytes.length || (counts && bytes[at] === 32 && at + 1 === bytes.length)) {
      // Blank so far, or a count that may go on.
      if (at > start) this.hold(bytes.subarray(start))
      return undefined
    }
    // Counted messages begin with their priority; a line may begin with a number.
    if (counts && bytes[at] === 32 && bytes[at + 1] === LESS_THAN) {
      this.counted = Number(bytes.toString('latin1', start, at))
      return bytes.subarray(at + 1)
    }
    this.inLine = true
    return bytes.subarray(start)
  }

  private readCounted(bytes: Buffer): Buffer {
    const part = bytes.subarray(0, this.counted)
    this.hold(part)
    this.counted -= part.length
    if (this.counted === 0) this.finish()
    return bytes.subarray(part.length)
  }

  private readLine(bytes: Buffer): Buffer {
    const end = bytes.indexOf(NEWLINE)
    this.hold(end < 0 ? bytes : bytes.subarray(0, end))
    if (end < 0) return bytes.subarray(bytes.length)
    this.finish()
    return bytes.subarray(end + 1)
  }

  private hold(part: Buffer): void {
    const fits = part.subarray(0, MAX_MESSAGE_BYTES - this.held)
    if (fits.length === 0) return
    // Copied: a slice would keep the whole chunk of the socket alive.
    this.parts.push(Buffer.from(fits))
    this.held += fits.length
  }

  private finish(): void {
    const message = this.parts.length === 1 && this.parts[0] ? this.parts[0] : Buffer.concat(this.parts)
    this.parts = []
    this.held = 0
    this.counted = -1
    this.inLine = false
    if (message.length > 0) this.emit(message)
  }
}

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 48 && byte <= 57
/** NUL ends messages of some senders; blanks stand between frames. */
const isBlank = (byte: number | undefined): boolean => byte === NEWLINE || byte === 13 || byte === 32 || byte === 0
