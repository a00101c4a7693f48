import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createFakeSpool, createSimulation, type Reaction } from './testing/simulation.ts'

const reaction: fc.Arbitrary<Reaction> = fc.record(
  {
    afterMs: fc.oneof(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 12_000 })),
    status: fc.constantFrom(202, 202, 202, 202, 400, 401, 404, 408, 413, 413, 415, 429, 500, 503),
    lost: fc.boolean(),
    stores: fc.boolean(),
  },
  { requiredKeys: ['afterMs', 'status'] },
)

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('capture' as const), events: fc.integer({ min: 1, max: 60 }) }) },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('advance' as const), ms: fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 20_000 })) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('flush' as const), ms: fc.integer({ min: 0, max: 3_000 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom('pause' as const, 'resume' as const, 'new key' as const, 'exit' as const, 'break spool' as const) }),
  },
)

const scenario = fc.record({
  steps: fc.array(step, { minLength: 5, maxLength: 40 }),
  reactions: fc.array(reaction, { minLength: 1, maxLength: 12 }),
  randoms: fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 1, maxLength: 7 }),
  spool: fc.constantFrom('none', 'roomy', 'small'),
  compresses: fc.boolean(),
  batchSize: fc.integer({ min: 1, max: 40 }),
  maxBufferEvents: fc.integer({ min: 2, max: 200 }),
  maxRetries: fc.integer({ min: 0, max: 6 }),
})

it('accounts for every event at every moment, whatever the server, the disk and the program do', async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async ({ steps, reactions, randoms, spool: kind, compresses, ...options }) => {
      const spool = kind === 'none' ? undefined : createFakeSpool()
      if (spool && kind === 'small') spool.limit = 3
      let drawn = 0
      const random = () => randoms[drawn++ % randoms.length] ?? 0
      const sim = createSimulation({
        options: { ...options, maxBufferBytes: 40_000 },
        random,
        compresses,
        ...(spool ? { spool } : {}),
        prepare({ message }) {
          if (!message.endsWith('7')) return message
          sim.counts.dropped('before-send')
          return undefined
        },
      })
      let asked = 0
      sim.serve = () => reactions[asked++ % reactions.length] ?? {}
      const check = (): void => {
        const { captured, sent, spooled, buffered, dropped } = sim.counts.read()
        const lost = Object.values(dropped).reduce((sum, events) => sum + events, 0)
        expect(captured).toBe(sent + spooled + lost + buffered)
        expect(buffered).toBe(sim.delivery.size)
        expect(sim.delivery.size).toBeLessThanOrEqual(options.maxBufferEvents)
        for (const count of [sent, spooled, buffered, lost]) expect(count).toBeGreaterThanOrEqual(0)
      }
      let name = 0
      for (const one of steps) {
        if (one.do === 'capture') for (let index = 0; index < one.events; index++) sim.capture(`e${name++}`)
        else if (one.do === 'advance') await sim.advance(one.ms)
        else if (one.do === 'flush') void sim.delivery.flush(one.ms)
        else if (one.do === 'pause') sim.delivery.pause()
        else if (one.do === 'resume') sim.delivery.resume()
        else if (one.do === 'break spool') {
          if (spool) spool.broken = !spool.broken
        } else if (one.do === 'exit') {
          sim.delivery.flushSync()
          expect(sim.delivery.size).toBe(0)
        } else {
          sim.options = { ...sim.options, apiKey: `key ${name}` }
          sim.delivery.reconfigured()
        }
        check()
      }
      const closed = sim.delivery.close(2_000)
      await sim.advance(2_000)
      await closed
      check()
      expect(sim.delivery.size).toBe(0)
      expect(sim.underway()).toBe(0)
      // What was taken is there, and once.
      expect(new Set(sim.stored).size).toBe(sim.stored.length)
      expect(sim.counts.read().sent).toBeLessThanOrEqual(sim.stored.length)
    }),
    { numRuns: 150, seed: 20261121 },
  )
}, 60_000)

it('delivers all of it once the server is well again', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(reaction, { maxLength: 25 }), fc.boolean(), async (reactions, hasSpool) => {
      const sim = createSimulation({ options: { batchSize: 10 }, ...(hasSpool ? { spool: createFakeSpool() } : {}) })
      // Only what a server does that will be well again.
      const passing = reactions.filter(({ status = 202 }) => status === 202 || status >= 500)
      let asked = 0
      sim.serve = () => {
        const next = passing[asked++]
        return next === undefined ? {} : { ...next, lost: true }
      }
      for (let index = 0; index < 35; index++) sim.capture(`e${index}`)
      await sim.advance(1_200_000)
      const { sent, spooled, buffered, dropped } = sim.counts.read()
      expect({ sent: sent + (dropped['retries-exhausted'] ?? 0), spooled, buffered }).toEqual({ sent: 35, spooled: 0, buffered: 0 })
      if (hasSpool) expect(sim.stored.toSorted()).toEqual(Array.from({ length: 35 }, (_, index) => `e${index}`).toSorted())
    }),
    { numRuns: 60, seed: 5 },
  )
}, 60_000)
