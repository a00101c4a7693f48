/** Bytes that grow at the end and are reused from block to block. */
export class ByteBuffer {
  bytes: Buffer
  length = 0

  constructor(capacity = 1024) {
    this.bytes = Buffer.allocUnsafeSlow(capacity)
  }

  /** Makes room for `more` bytes behind the end. */
  reserve(more: number): void {
    const needed = this.length + more
    if (needed <= this.bytes.length) return
    const bytes = Buffer.allocUnsafeSlow(Math.max(needed, this.bytes.length * 2))
    this.bytes.copy(bytes, 0, 0, this.length)
    this.bytes = bytes
  }

  append(source: Uint8Array): void {
    this.reserve(source.length)
    this.bytes.set(source, this.length)
    this.length += source.length
  }

  byte(value: number): void {
    this.reserve(1)
    this.bytes[this.length++] = value
  }

  zeros(count: number): void {
    this.reserve(count)
    this.bytes.fill(0, this.length, this.length + count)
    this.length += count
  }

  uint32(value: number): void {
    this.reserve(4)
    this.length = this.bytes.writeUInt32LE(value, this.length)
  }

  varint(value: number): void {
    this.reserve(5)
    let rest = value
    while (rest >= 0x80) {
      this.bytes[this.length++] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    this.bytes[this.length++] = rest
  }

  /** A varint of the length in bytes, then the text as UTF-8 (lone surrogates as U+FFFD). */
  text(value: string): void {
    const units = value.length
    this.reserve(units * 3 + 5)
    const bytes = this.bytes
    const start = this.length
    if (units < SHORT) {
      let at = start + 1
      let index = 0
      for (; index < units; index++) {
        const code = value.charCodeAt(index)
        if (code > 0x7f) break
        bytes[at++] = code
      }
      if (index === units) {
        bytes[start] = units
        this.length = at
        return
      }
    }
    const guessed = varintBytes(units)
    const written = bytes.write(value, start + guessed, 'utf8')
    const needed = varintBytes(written)
    if (needed !== guessed) bytes.copyWithin(start + needed, start + guessed, start + guessed + written)
    this.varint(written)
    this.length += written
  }

  /** What was written; valid until the next change. */
  view(): Uint8Array {
    return this.bytes.subarray(0, this.length)
  }

  /** Forgets the content, and the memory too when it is more than `keepBytes`. */
  reset(keepBytes = Number.POSITIVE_INFINITY): void {
    this.length = 0
    if (this.bytes.length > keepBytes) this.bytes = Buffer.allocUnsafeSlow(1024)
  }
}

/** Below this length a loop in JavaScript is faster than a call into Node; it fits in one byte of varint. */
const SHORT = 64

const varintBytes = (value: number): number => {
  if (value < 0x80) return 1
  if (value < 0x4000) return 2
  if (value < 0x20_0000) return 3
  return value < 0x1000_0000 ? 4 : 5
}

/** Whole numbers that grow at the end. */
export class NumberBuffer {
  values: Uint32Array
  length = 0

  constructor(capacity = 256) {
    this.values = new Uint32Array(capacity)
  }

  push(value: number): void {
    if (this.length === this.values.length) this.reserve(1)
    this.values[this.length++] = value
  }

  reserve(more: number): void {
    const needed = this.length + more
    if (needed <= this.values.length) return
    const values = new Uint32Array(Math.max(needed, this.values.length * 2))
    values.set(this.values.subarray(0, this.length))
    this.values = values
  }

  fill(value: number, count: number): void {
    this.reserve(count)
    this.values.fill(value, this.length, this.length + count)
    this.length += count
  }

  reset(keepValues = Number.POSITIVE_INFINITY): void {
    this.length = 0
    if (this.values.length > keepValues) this.values = new Uint32Array(256)
  }
}

/** Texts that repeat: each is kept once, and found by its number. */
export class Dictionary {
  readonly texts: string[] = []
  private readonly numbers = new Map<string, number>()
  private last = ''
  private lastNumber = -1

  numberOf(text: string): number {
    if (this.lastNumber >= 0 && text === this.last) return this.lastNumber
    let number = this.numbers.get(text)
    if (number === undefined) {
      number = this.texts.length
      this.texts.push(text)
      this.numbers.set(text, number)
    }
    this.last = text
    this.lastNumber = number
    return number
  }

  reset(): void {
    this.texts.length = 0
    this.numbers.clear()
    this.lastNumber = -1
  }
}

/** Bytes of an index into a dictionary of that size. */
export const indexWidth = (size: number): 1 | 2 | 4 => {
  if (size <= 0x100) return 1
  return size <= 0x1_0000 ? 2 : 4
}

/** Indexes in as few bytes as the size of their dictionary allows. */
export const packIndexes = (indexes: NumberBuffer, size: number): Uint8Array => {
  const values = indexes.values.subarray(0, indexes.length)
  const width = indexWidth(size)
  if (width === 1) return Uint8Array.from(values)
  const packed = width === 2 ? Uint16Array.from(values) : values
  return new Uint8Array(packed.buffer, packed.byteOffset, packed.byteLength)
}
