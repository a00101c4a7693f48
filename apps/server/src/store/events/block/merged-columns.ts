import type { ColumnView, DictionaryView } from './block-view.ts'
import { ByteBuffer, Dictionary, indexWidth, NumberBuffer, packIndexes } from './column-buffers.ts'
import type { BlockColumn } from './layout.ts'

/** One column of many blocks, as ClickHouse's Native format has it. */
export interface MergedColumn {
  readonly name: string
  readonly type: string
  /** Whether every row has the column's empty value: then it is left out of the file. */
  readonly isEmpty: boolean
  append(view: ColumnView, rows: number): void
  /** The column's bytes, in order. */
  parts(): Uint8Array[]
  reset(): void
}

/** Memory that a column keeps between batches. */
const KEEP_BYTES = 48 * 1024 * 1024

export const createMergedColumn = (column: BlockColumn): MergedColumn => {
  switch (column.form) {
    case 'fixed':
      return new FixedMerged(column)
    case 'text':
      return new TextMerged(column)
    case 'dictionary':
      return new DictionaryMerged(column)
    default:
      return new ListMerged(column)
  }
}

/** Rows are only written once a block brings a value: until then their number is enough. */
abstract class LazyColumn implements MergedColumn {
  readonly name: string
  readonly type: string
  private pending = 0
  private hasValues = false

  constructor(column: BlockColumn) {
    this.name = column.name
    this.type = column.type
  }

  get isEmpty(): boolean {
    return !this.hasValues
  }

  append(view: ColumnView, rows: number): void {
    if (view.form === 'empty') {
      if (this.hasValues) this.fill(rows)
      else this.pending += rows
      return
    }
    if (!this.hasValues) {
      this.hasValues = true
      this.fill(this.pending)
    }
    this.add(view, rows)
  }

  reset(): void {
    this.pending = 0
    this.hasValues = false
    this.clear()
  }

  abstract parts(): Uint8Array[]
  protected abstract fill(rows: number): void
  protected abstract add(view: ColumnView, rows: number): void
  protected abstract clear(): void
}

class FixedMerged extends LazyColumn {
  private readonly buffer = new ByteBuffer()
  private readonly empty: Uint8Array

  constructor(column: BlockColumn) {
    super(column)
    this.empty = column.empty
  }

  protected fill(rows: number): void {
    this.repeat(this.empty, rows)
  }

  protected add(view: ColumnView, rows: number): void {
    if (view.form === 'fixed') this.buffer.append(view.bytes)
    else if (view.form === 'fixed-constant') this.repeat(view.value, rows)
  }

  private repeat(value: Uint8Array, rows: number): void {
    if (rows === 0) return
    const { buffer } = this
    buffer.reserve(rows * value.length)
    const end = buffer.length + rows * value.length
    buffer.bytes.fill(value, buffer.length, end)
    buffer.length = end
  }

  parts(): Uint8Array[] {
    return [this.buffer.view()]
  }

  protected clear(): void {
    this.buffer.reset(KEEP_BYTES)
  }
}

class TextMerged extends LazyColumn {
  private readonly buffer = new ByteBuffer()

  protected fill(rows: number): void {
    this.buffer.zeros(rows)
  }

  protected add(view: ColumnView): void {
    if (view.form === 'text') this.buffer.append(view.bytes)
  }

  parts(): Uint8Array[] {
    return [this.buffer.view()]
  }

  protected clear(): void {
    this.buffer.reset(KEEP_BYTES)
  }
}

/** Values of LowCardinality(String): a dictionary of the whole batch, and an index each. */
class Indexed {
  private readonly dictionary = new Dictionary()
  private readonly indexes = new NumberBuffer()

  constructor() {
    this.clear()
  }

  get length(): number {
    return this.indexes.length
  }

  repeat(text: string, count: number): void {
    this.indexes.fill(this.dictionary.numberOf(text), count)
  }

  add(view: DictionaryView, count: number): void {
    const numbers = Uint32Array.from(view.texts, (text) => this.dictionary.numberOf(text))
    const { indexes } = this
    indexes.reserve(count)
    const { values } = indexes
    const start = indexes.length
    const source = view.indexes
    if (view.indexWidth === 1) {
      for (let at = 0; at < count; at++) values[start + at] = numbers[source[at] ?? 0] ?? 0
    } else {
      const wide = view.indexWidth === 2 ? new Uint16Array(source.slice().buffer) : new Uint32Array(source.slice().buffer)
      for (let at = 0; at < count; at++) values[start + at] = numbers[wide[at] ?? 0] ?? 0
    }
    indexes.length = start + count
  }

  /** Nothing at all when there are no values, as ClickHouse expects. */
  parts(): Uint8Array[] {
    if (this.indexes.length === 0) return []
    const { texts } = this.dictionary
    const head = new ByteBuffer()
    head.append(uint64(HAS_OWN_KEYS | indexType(texts.length)))
    head.append(uint64(texts.length))
    for (const text of texts) head.text(text)
    head.append(uint64(this.indexes.length))
    return [head.view(), packIndexes(this.indexes, texts.length)]
  }

  clear(): void {
    this.dictionary.reset()
    // The first key of a dictionary is the value of rows that have none.
    this.dictionary.numberOf('')
    this.indexes.reset(KEEP_BYTES / 4)
  }
}

/** Flags before a dictionary: it is in the block itself, and is complete. */
const HAS_OWN_KEYS = 0x600
const indexType = (size: number): number => Math.log2(indexWidth(size))
const uint64 = (value: number): Uint8Array => new Uint8Array(new BigUint64Array([BigInt(value)]).buffer)
/** Version of the serialization of dictionaries, once before a column. */
const DICTIONARY_VERSION = uint64(1)

class DictionaryMerged extends LazyColumn {
  private readonly indexed = new Indexed()

  protected fill(rows: number): void {
    this.indexed.repeat('', rows)
  }

  protected add(view: ColumnView, rows: number): void {
    if (view.form === 'dictionary') this.indexed.add(view.dictionary, rows)
    else if (view.form === 'dictionary-constant') this.indexed.repeat(view.text, rows)
  }

  parts(): Uint8Array[] {
    return [DICTIONARY_VERSION, ...this.indexed.parts()]
  }

  protected clear(): void {
    this.indexed.clear()
  }
}

/** Lists of texts that repeat, and maps from such texts to texts. */
class ListMerged extends LazyColumn {
  /** Where each row ends: 64-bit numbers, as pairs. */
  private readonly ends = new NumberBuffer()
  private readonly indexed = new Indexed()
  private readonly values = new ByteBuffer()

  protected fill(rows: number): void {
    this.ends.reserve(rows * 2)
    for (let row = 0; row < rows; row++) this.pushEnd(this.indexed.length)
  }

  protected add(view: ColumnView, rows: number): void {
    if (view.form !== 'list') return
    const { counts } = view
    this.ends.reserve(rows * 2)
    let end = this.indexed.length
    for (let row = 0; row < rows; row++) {
      end += (counts[row * 2] ?? 0) | ((counts[row * 2 + 1] ?? 0) << 8)
      this.pushEnd(end)
    }
    this.indexed.add(view.dictionary, view.total)
    if (view.values !== undefined) this.values.append(view.values)
  }

  private pushEnd(end: number): void {
    this.ends.push(end)
    this.ends.push(0)
  }

  parts(): Uint8Array[] {
    const { values, length } = this.ends
    return [DICTIONARY_VERSION, new Uint8Array(values.buffer, 0, length * 4), ...this.indexed.parts(), this.values.view()]
  }

  protected clear(): void {
    this.ends.reset(KEEP_BYTES / 4)
    this.indexed.clear()
    this.values.reset(KEEP_BYTES)
  }
}
