import { randomBytes } from 'node:crypto'
import { type Event, unixMicros } from '@heartwood/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HeartwoodError } from '../../../errors.ts'
import { eventToJson } from '../rows/event-row.ts'
import { createBlockEncoder } from './block-encoder.ts'
import { createIdSource } from './id-source.ts'
import { readBlock } from './read-block.ts'
import { anyEvent, sampleEvent, withAttributes } from './testing/sample-events.ts'

const wellFormed = (value: unknown): unknown => JSON.parse(JSON.stringify(value).replace(/\\u[dD][89a-fA-F][0-9a-fA-F]{2}/g, '\ufffd'))

describe('event block', () => {
  const encoder = createBlockEncoder(createIdSource())
  const encode = (events: Event[]) => {
    const ids = events.map((event) => {
      encoder.append(event)
      return encoder.lastId()
    })
    return { ids, block: encoder.finish() }
  }

  it('gives every event back as it was appended', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 12 }), (events) => {
        const { ids, block } = encode(events)
        const expected = events.map((event, index) => eventToJson(event, ids[index] ?? ''))
        expect(wellFormed(readBlock(block))).toEqual(wellFormed(expected))
      }),
      { numRuns: 300 },
    )
  })

  it('counts its rows and starts anew after finish', () => {
    encoder.append(sampleEvent())
    expect(encoder.rows).toBe(1)
    encoder.finish()
    expect(encoder.rows).toBe(0)
    expect(readBlock(encoder.finish())).toEqual([])
  })

  it('keeps nested attributes, names with dots and types', () => {
    const attributes = { 'order.id': 1, http: { status: 200, ok: true, none: null, list: [1, 'a'], empty: {} }, text: '1' }
    const [event] = readBlock(encode([withAttributes(attributes)]).block)
    expect(event?.attributes).toEqual(attributes)
  })

  it('holds more distinct names than two bytes can number, and lists of many values', () => {
    const events = Array.from({ length: 70_000 }, (_, index) => sampleEvent({ host: `host-${index}` }))
    const back = readBlock(encode(events).block)
    expect(back.map((event) => event.host)).toEqual(events.map((event) => event.host))
  })

  it('gets ids that rise in the order of arrival, also when the clock goes back', () => {
    const base = 1_790_000_000_000_000
    const events = Array.from({ length: 40_000 }, (_, index) => sampleEvent({ receivedAt: unixMicros(base - (index % 3) * 1_000_000) }))
    const { ids } = encode(events)
    expect(ids).toEqual([...new Set(ids)].sort())
    expect(ids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })

  it('is refused with a code when it is damaged, and never read as something else', () => {
    const { block } = encode([
      withAttributes({ a: 1, b: { c: 'text' } }, { message: 'hello', service: 'api', tags: ['x'] }),
      sampleEvent({ service: 'web' }),
    ])
    const refused = (bytes: Uint8Array) => {
      try {
        readBlock(bytes)
      } catch (error) {
        if (error instanceof HeartwoodError && error.code === 'block-invalid') return true
        throw error
      }
      return false
    }
    for (let length = 0; length < block.length; length++) expect(refused(block.slice(0, length))).toBe(true)
    expect(refused(Uint8Array.from([...block, 0]))).toBe(true)
    fc.assert(
      fc.property(fc.nat({ max: block.length - 1 }), fc.integer({ min: 0, max: 255 }), (at, byte) => {
        const changed = block.slice()
        changed[at] = byte
        refused(changed)
      }),
      { numRuns: 3_000 },
    )
    for (let round = 0; round < 100; round++) refused(Uint8Array.from([...block.subarray(0, 8), ...randomBytes(300)]))
    expect(refused(Uint8Array.of(0x48, 0x42, 9, 0, 0, 0, 0, 0))).toBe(true)
  })
})
