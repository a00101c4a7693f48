import { TYPE_MARKS } from '../attributes.ts'
import { type ByteBuffer, Dictionary, indexWidth, NumberBuffer, packIndexes } from './column-buffers.ts'
import { MODE } from './layout.ts'

/** Columns keep about as much memory as the largest blocks need, up to this. */
export const KEEP_BYTES = 16 * 1024 * 1024

/** Length and mode around what `write` appends. */
export const section = (out: ByteBuffer, mode: number, write: () => void): void => {
  const start = out.length
  out.uint32(0)
  out.byte(mode)
  write()
  out.bytes.writeUInt32LE(out.length - start - 5, start)
}

export const writeFixed = (out: ByteBuffer, bytes: Uint8Array, width: number, empty: Uint8Array): void => {
  const isEmpty = bytes.length === 0 || (isConstant(bytes, width) && startsWith(bytes, empty))
  const mode = isEmpty ? MODE.empty : isConstant(bytes, width) ? MODE.constant : MODE.plain
  section(out, mode, () => {
    if (mode === MODE.constant) out.append(bytes.subarray(0, width))
    if (mode === MODE.plain) out.append(bytes)
  })
}

const isConstant = (bytes: Uint8Array, width: number): boolean => {
  for (let index = width; index < bytes.length; index++) if (bytes[index] !== bytes[index - width]) return false
  return true
}

const startsWith = (bytes: Uint8Array, start: Uint8Array): boolean => start.every((byte, index) => bytes[index] === byte)

const writeDictionary = (out: ByteBuffer, dictionary: Dictionary, indexes: NumberBuffer): void => {
  const size = dictionary.texts.length
  out.uint32(size)
  for (const text of dictionary.texts) out.text(text)
  out.byte(indexWidth(size))
  out.append(packIndexes(indexes, size))
}

export class DictionaryColumn {
  private readonly dictionary = new Dictionary()
  private readonly indexes = new NumberBuffer()

  append(value: string): void {
    this.indexes.push(this.dictionary.numberOf(value))
  }

  write(out: ByteBuffer): void {
    const [only] = this.dictionary.texts
    if (this.dictionary.texts.length > 1) section(out, MODE.plain, () => writeDictionary(out, this.dictionary, this.indexes))
    else section(out, only ? MODE.constant : MODE.empty, () => (only ? out.text(only) : undefined))
  }

  reset(): void {
    this.dictionary.reset()
    this.indexes.reset(KEEP_BYTES / 4)
  }
}

/** Lists of texts that repeat; with values beside them, a map. */
export class ListColumn {
  readonly dictionary = new Dictionary()
  readonly indexes = new NumberBuffer()
  readonly counts = new NumberBuffer()

  add(text: string): number {
    const number = this.dictionary.numberOf(text)
    this.indexes.push(number)
    return number
  }

  write(out: ByteBuffer, values?: ByteBuffer): void {
    if (this.indexes.length === 0) {
      section(out, MODE.empty, () => undefined)
      return
    }
    section(out, MODE.plain, () => {
      const counts = Uint16Array.from(this.counts.values.subarray(0, this.counts.length))
      out.append(new Uint8Array(counts.buffer))
      writeDictionary(out, this.dictionary, this.indexes)
      if (values !== undefined) out.append(values.view())
    })
  }

  reset(): void {
    this.dictionary.reset()
    this.indexes.reset(KEEP_BYTES / 4)
    this.counts.reset(KEEP_BYTES / 4)
  }
}

/** Numbers of entries such as `n:http.bytes`, without building the text for each row. */
export class TypeNumbers {
  private readonly byMark = new Map<string, number[]>()
  private readonly byObject = new Map<string, number>()
  private readonly dictionary: Dictionary

  constructor(dictionary: Dictionary) {
    this.dictionary = dictionary
  }

  of(mark: string, nameNumber: number, name: string): number {
    const numbers = this.byMark.get(mark) ?? []
    if (numbers.length === 0) this.byMark.set(mark, numbers)
    const number = numbers[nameNumber] ?? this.dictionary.numberOf(mark + name)
    numbers[nameNumber] = number
    return number
  }

  ofObject(name: string): number {
    const known = this.byObject.get(name)
    if (known !== undefined) return known
    const number = this.dictionary.numberOf(TYPE_MARKS.object + name)
    this.byObject.set(name, number)
    return number
  }

  reset(): void {
    this.byMark.clear()
    this.byObject.clear()
  }
}
