import type { EventJson } from '@heartwood/protocol'
import { describe, expect, it } from 'vitest'
import { sampleEvent } from '../../store/events/block/testing/sample-events.ts'
import { eventToJson } from '../../store/events/rows/event-row.ts'
import { createTailHub, type TailSink } from './tail-hub.ts'

const event = (message: string): EventJson => eventToJson(sampleEvent({ message }), '0190c0de-0000-7000-8000-000000000000')

/** A reader that takes nothing until it is told to. */
const slowReader = () => {
  const written: string[] = []
  let resume: (() => void) | undefined
  let isSlow = true
  const sink: TailSink = {
    write(text) {
      written.push(text)
      return !isSlow
    },
    onDrain(listener) {
      resume = listener
    },
    end: () => written.push('end'),
  }
  return {
    sink,
    written,
    drain() {
      isSlow = false
      resume?.()
    },
  }
}

describe('a live tail', () => {
  it('keeps a bounded amount for a slow reader and tells it how many it missed', () => {
    const hub = createTailHub({ perProject: 5, all: 5, waiting: 1_000 })
    const reader = slowReader()
    hub.open(1, '', reader.sink)
    const [{ id } = { id: 0 }] = hub.active(1)
    for (let i = 0; i < 100; i++) hub.deliver([{ id, events: [event(`message ${i}`)], dropped: 0 }])
    expect(reader.written).toHaveLength(1)
    reader.drain()
    const told = reader.written.filter((text) => text.startsWith('event: event')).length
    expect(told).toBeLessThan(10)
    expect(reader.written.at(-1)).toBe(`event: drop\ndata: {"dropped":${100 - told}}\n\n`)
    hub.deliver([{ id, events: [event('afterwards')], dropped: 0 }])
    expect(reader.written.at(-1)).toContain('afterwards')
  })

  it('belongs to its project and ends once', () => {
    const hub = createTailHub()
    const reader = slowReader()
    const end = hub.open(1, 'level:error', reader.sink)
    expect(hub.active(2)).toEqual([])
    expect(hub.active(1)).toMatchObject([{ q: 'level:error' }])
    const [{ id } = { id: 0 }] = hub.active(1)
    end()
    hub.deliver([{ id, events: [event('late')], dropped: 0 }])
    expect(reader.written).toEqual([])
  })
})
