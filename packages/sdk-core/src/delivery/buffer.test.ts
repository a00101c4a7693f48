import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { EventRecord } from '../record.ts'
import { createBuffer } from './buffer.ts'

// Only what the buffer looks at.
const record = (message: string, sizeBytes = 1): EventRecord => ({ message, sizeBytes }) as EventRecord

it('gives back what was put in, the oldest first, and drops the oldest when it is full', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('push' as const), size: fc.integer({ min: 1, max: 9 }), times: fc.integer({ min: 1, max: 900 }) }),
    fc.record({ kind: fc.constant('shift' as const), times: fc.integer({ min: 1, max: 900 }) }),
    fc.record({ kind: fc.constant('resize' as const), events: fc.integer({ min: 1, max: 1_500 }), bytes: fc.integer({ min: 1, max: 6_000 }) }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let model: EventRecord[] = []
      let bounds = { events: 1_000, bytes: 4_000 }
      const gone: EventRecord[] = []
      const expected: EventRecord[] = []
      const buffer = createBuffer({ maxEvents: bounds.events, maxBytes: bounds.bytes, onDropped: (one) => gone.push(one) })
      const bytes = () => model.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
      const fit = () => {
        while (model.length > bounds.events || bytes() > bounds.bytes) expected.push(...model.splice(0, 1))
      }
      let name = 0
      for (const one of steps) {
        if (one.kind === 'resize') {
          bounds = one
          buffer.resize(one.events, one.bytes)
          fit()
        } else if (one.kind === 'shift') {
          for (let times = 0; times < one.times; times++) expect(buffer.shift()).toBe(model.shift())
        } else {
          for (let times = 0; times < one.times; times++) {
            const next = record(String(name++), one.size)
            buffer.push(next)
            if (one.size > bounds.bytes) expected.push(next)
            else model = [...model, next]
            if (one.times < 20 || times === one.times - 1) fit()
            else if (model.length > bounds.events || bytes() > bounds.bytes) fit()
          }
        }
        expect([buffer.size, buffer.bytes]).toEqual([model.length, bytes()])
      }
      expect(gone).toEqual(expected)
    }),
    { numRuns: 30 },
  )
})

it('drops an event that is larger than all of it, and keeps the others', () => {
  const gone: string[] = []
  const buffer = createBuffer({ maxEvents: 10, maxBytes: 100, onDropped: ({ message }) => gone.push(message) })
  buffer.push(record('small'))
  buffer.push(record('huge', 101))
  expect([gone, buffer.size, buffer.shift()?.message]).toEqual([['huge'], 1, 'small'])
})
