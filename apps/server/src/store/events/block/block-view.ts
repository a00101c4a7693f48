import { KINDS, LEVELS } from '@heartwood/protocol'
import { HeartwoodError } from '../../../errors.ts'
import { BLOCK_HEADER_BYTES, BLOCK_VERSION, type BlockColumn, COLUMNS, EARLIEST_MICROS, LATEST_MICROS, MAGIC, MODE } from './layout.ts'

/** A dictionary with an index per row or per element, where they stand in the block. */
export interface DictionaryView {
  texts: string[]
  /** 1, 2 or 4 bytes each. */
  indexWidth: number
  indexes: Uint8Array
}

/** One column of a block whose every length has been checked. */
export type ColumnView =
  | { form: 'empty' }
  | { form: 'fixed-constant'; value: Uint8Array }
  | { form: 'fixed'; bytes: Uint8Array }
  | { form: 'text'; bytes: Uint8Array }
  | { form: 'dictionary-constant'; text: string }
  | { form: 'dictionary'; dictionary: DictionaryView }
  | { form: 'list'; counts: Uint8Array; total: number; dictionary: DictionaryView; values: Uint8Array | undefined }

export interface BlockView {
  rows: number
  /** In the order of the layout. */
  columns: ColumnView[]
}

const damaged = (message: string): HeartwoodError => new HeartwoodError('block-invalid', `The event block is damaged: ${message}.`)

/**
 * Looks at a block without copying it; the views are parts of `payload`.
 * @throws HeartwoodError `block-invalid` for anything that this version does not read.
 */
export const openBlock = (payload: Uint8Array): BlockView => {
  const reader = new Reader(payload, 0, payload.length)
  if (payload.length < BLOCK_HEADER_BYTES || payload[0] !== MAGIC[0] || payload[1] !== MAGIC[1]) throw damaged('it does not begin as one')
  if (payload[2] !== BLOCK_VERSION) throw damaged(`its version is ${payload[2]}, this Heartwood reads ${BLOCK_VERSION}`)
  reader.skip(4)
  const rows = reader.uint32()
  const columns = COLUMNS.map((column) => {
    const length = reader.uint32()
    const mode = reader.uint8()
    const start = reader.skip(length)
    const section = new Reader(payload, start, start + length)
    const view = readColumn(section, column, mode, rows)
    if (section.left > 0) throw damaged(`${section.left} bytes too many in ${column.name}`)
    return view
  })
  if (reader.left > 0) throw damaged(`${reader.left} bytes after the end`)
  return { rows, columns }
}

const readColumn = (reader: Reader, column: BlockColumn, mode: number, rows: number): ColumnView => {
  if (mode === MODE.empty) return { form: 'empty' }
  if (mode === MODE.constant && column.form === 'fixed') return { form: 'fixed-constant', value: checkFixed(column, reader.bytes(column.width)) }
  if (mode === MODE.constant && column.form === 'dictionary') return { form: 'dictionary-constant', text: reader.text() }
  if (mode !== MODE.plain) throw damaged(`mode ${mode} in ${column.name}`)
  switch (column.form) {
    case 'fixed':
      return { form: 'fixed', bytes: checkFixed(column, reader.bytes(rows * column.width)) }
    case 'text':
      return { form: 'text', bytes: reader.texts(rows) }
    case 'dictionary':
      return { form: 'dictionary', dictionary: readDictionary(reader, rows) }
    default: {
      const counts = reader.bytes(rows * 2)
      let total = 0
      for (let at = 0; at < counts.length; at += 2) total += (counts[at] ?? 0) | ((counts[at + 1] ?? 0) << 8)
      const dictionary = readDictionary(reader, total)
      return { form: 'list', counts, total, dictionary, values: column.form === 'map' ? reader.texts(total) : undefined }
    }
  }
}

/** Refuses what the engine would refuse: it would take the other batches of the insert down with it. */
const checkFixed = (column: BlockColumn, bytes: Uint8Array): Uint8Array => {
  if (column.width === 1) {
    const size = column.name === 'kind' ? KINDS.length : LEVELS.length
    for (const byte of bytes) if (byte >= size) throw damaged(`an unknown ${column.name}`)
  } else if (column.width === 8) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    for (let at = 0; at < bytes.length; at += 8) {
      const micros = view.getInt32(at + 4, true) * 4_294_967_296 + view.getUint32(at, true)
      if (micros < EARLIEST_MICROS || micros > LATEST_MICROS) throw damaged('a time outside the calendar')
    }
  }
  return bytes
}

const readDictionary = (reader: Reader, count: number): DictionaryView => {
  const size = reader.uint32()
  if (size > reader.left) throw damaged('a dictionary is larger than its section')
  const texts: string[] = []
  for (let index = 0; index < size; index++) texts.push(reader.text())
  const indexWidth = reader.uint8()
  if (indexWidth !== 1 && indexWidth !== 2 && indexWidth !== 4) throw damaged(`indexes of ${indexWidth} bytes`)
  const indexes = reader.bytes(count * indexWidth)
  const view = { texts, indexWidth, indexes }
  // An index width that the size of the dictionary fills cannot point outside; any other is looked at.
  if (size !== 2 ** (8 * indexWidth)) for (let at = 0; at < count; at++) if (indexAt(view, at) >= size) throw damaged('an index points outside')
  return view
}

export const indexAt = ({ indexWidth, indexes }: DictionaryView, at: number): number => {
  if (indexWidth === 1) return indexes[at] ?? 0
  if (indexWidth === 2) return (indexes[at * 2] ?? 0) | ((indexes[at * 2 + 1] ?? 0) << 8)
  const start = at * 4
  return ((indexes[start] ?? 0) | ((indexes[start + 1] ?? 0) << 8) | ((indexes[start + 2] ?? 0) << 16) | ((indexes[start + 3] ?? 0) << 24)) >>> 0
}

/** Reads within bounds; a step outside is a damaged block. */
export class Reader {
  private readonly source: Uint8Array
  private readonly buffer: Buffer
  private at: number
  private readonly end: number

  constructor(source: Uint8Array, start: number, end: number) {
    this.source = source
    this.buffer = Buffer.from(source.buffer, source.byteOffset, source.byteLength)
    this.at = start
    this.end = end
  }

  get left(): number {
    return this.end - this.at
  }

  /** Steps over `count` bytes and returns where they begin. */
  skip(count: number): number {
    if (count > this.left) throw damaged('it ends too early')
    const start = this.at
    this.at += count
    return start
  }

  uint8(): number {
    return this.source[this.skip(1)] ?? 0
  }

  uint32(): number {
    return this.buffer.readUInt32LE(this.skip(4))
  }

  bytes(count: number): Uint8Array {
    const start = this.skip(count)
    return this.source.subarray(start, start + count)
  }

  varint(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.uint8()
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
    throw damaged('a length is too long')
  }

  text(): string {
    const length = this.varint()
    const start = this.skip(length)
    return this.buffer.toString('utf8', start, start + length)
  }

  /** The bytes of `count` texts with their lengths, each checked. */
  texts(count: number): Uint8Array {
    const { source, end } = this
    const start = this.at
    let at = start
    for (let index = 0; index < count; index++) {
      const byte = source[at] ?? 0
      if (byte < 0x80) at += byte + 1
      else {
        this.at = Math.min(at, end)
        const length = this.varint()
        at = this.at + length
      }
      if (at > end) throw damaged('a text is longer than its section')
    }
    this.at = at
    return source.subarray(start, at)
  }
}
