import type { Event } from '@heartwood/protocol'
import { attributeText, typeMark } from '../attributes.ts'
import { ByteBuffer } from './column-buffers.ts'
import { DictionaryColumn, KEEP_BYTES, ListColumn, section, TypeNumbers, writeFixed } from './encoder-columns.ts'
import { createFixedColumns } from './fixed-columns.ts'
import type { IdSource } from './id-source.ts'
import { BLOCK_VERSION, COLUMNS, DICTIONARY_NAMES, type FIXED_NAMES, MAGIC, MODE, TEXT_NAMES } from './layout.ts'

/** Turns events into an event block (layout.ts), one at a time; nothing of an event is kept but its bytes. */
export interface BlockEncoder {
  /** Events appended since the last `finish`. */
  readonly rows: number
  /** Gives the event its id and appends it. */
  append(event: Event): void
  /** Id of the event appended last. */
  lastId(): string
  /** The block, in a buffer of its own that can be transferred to another thread. The encoder starts anew. */
  finish(): Uint8Array<ArrayBuffer>
}

/** A row's lists are counted in 16 bits. */
const MAX_LIST = 0xffff

export const createBlockEncoder = (ids: IdSource): BlockEncoder => {
  const fixed = createFixedColumns()
  const texts = TEXT_NAMES.map(() => new ByteBuffer())
  const dictionaries = DICTIONARY_NAMES.map(() => new DictionaryColumn())
  const tags = new ListColumn()
  const types = new ListColumn()
  const attributes = new ListColumn()
  const attributeValues = new ByteBuffer(4096)
  const typeNumbers = new TypeNumbers(types.dictionary)
  const hasText = new Uint8Array(texts.length)
  let rows = 0

  const appendText = (column: number, value: string): void => {
    const buffer = texts[column]
    if (buffer === undefined) return
    if (value !== '') hasText[column] = 1
    buffer.text(value)
  }

  const appendAttributes = (event: Event): void => {
    let count = 0
    let typed = 0
    for (const [name, value] of event.attributes) {
      if (count === MAX_LIST) break
      count++
      const number = attributes.add(name)
      if (typeof value === 'string') {
        attributeValues.text(value)
      } else {
        attributeValues.text(attributeText(value))
        types.indexes.push(typeNumbers.of(typeMark(value), number, name))
        typed++
      }
    }
    attributes.counts.push(count)
    for (const name of event.objects) {
      if (typed === MAX_LIST) break
      typed++
      types.indexes.push(typeNumbers.ofObject(name))
    }
    types.counts.push(typed)
  }

  const writeSections = (out: ByteBuffer): void => {
    for (const column of COLUMNS) {
      if (column.form === 'fixed') {
        writeFixed(out, fixed.bytesOf(column.name as (typeof FIXED_NAMES)[number], rows), column.width, column.empty)
      } else if (column.form === 'dictionary') {
        dictionaries[DICTIONARY_NAMES.indexOf(column.name as (typeof DICTIONARY_NAMES)[number])]?.write(out)
      } else if (column.form === 'text') {
        const index = TEXT_NAMES.indexOf(column.name as (typeof TEXT_NAMES)[number])
        const buffer = texts[index]
        section(out, hasText[index] ? MODE.plain : MODE.empty, () => {
          if (hasText[index] && buffer !== undefined) out.append(buffer.view())
        })
      } else if (column.form === 'map') {
        attributes.write(out, attributeValues)
      } else {
        ;(column.name === 'tags' ? tags : types).write(out)
      }
    }
  }

  const reset = (): void => {
    rows = 0
    hasText.fill(0)
    fixed.reset(KEEP_BYTES)
    for (const buffer of texts) buffer.reset(KEEP_BYTES)
    for (const column of dictionaries) column.reset()
    for (const column of [tags, types, attributes]) column.reset()
    attributeValues.reset(KEEP_BYTES)
    typeNumbers.reset()
  }

  const out = new ByteBuffer(16_384)
  return {
    get rows() {
      return rows
    },
    append(event) {
      ids.next(event.receivedAt)
      fixed.append(event, ids.words, rows)
      const dictionaryValues = [event.service, event.environment, event.release, event.host, event.dataset, event.method, event.route]
      for (let index = 0; index < dictionaries.length; index++) dictionaries[index]?.append(dictionaryValues[index] ?? '')
      appendText(0, event.message)
      appendText(1, event.detail === undefined ? '' : JSON.stringify(event.detail))
      appendText(2, event.traceId)
      appendText(3, event.spanId)
      appendText(4, event.sessionId)
      appendText(5, event.userId)
      appendText(6, event.requestId)
      appendText(7, event.flowId)
      appendText(8, event.issueId)
      appendText(9, event.path)
      const tagCount = Math.min(event.tags.length, MAX_LIST)
      for (let index = 0; index < tagCount; index++) tags.add(event.tags[index] ?? '')
      tags.counts.push(tagCount)
      appendAttributes(event)
      rows++
    },
    lastId: () => ids.text(),
    finish() {
      out.reset(KEEP_BYTES)
      out.append(Uint8Array.of(...MAGIC, BLOCK_VERSION, 0))
      out.uint32(rows)
      writeSections(out)
      reset()
      const block = new Uint8Array(new ArrayBuffer(out.length))
      block.set(out.view())
      return block
    },
  }
}
