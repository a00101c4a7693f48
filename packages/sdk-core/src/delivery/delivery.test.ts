import { describe, expect, it } from 'vitest'
import { createFakeSpool, createSimulation, droppedBy, type Simulation } from './testing/simulation.ts'

const many = (sim: Simulation, count: number, from = 0, sizeBytes = 100): void => {
  for (let index = 0; index < count; index++) sim.capture(`e${from + index}`, sizeBytes)
}
const down = () => ({ lost: true, stores: false })

describe('batches', () => {
  it('lets the first event of an idle client wait for the flush interval, and sends what came meanwhile with it', async () => {
    const sim = createSimulation()
    sim.capture('a')
    await sim.advance(999)
    sim.capture('b')
    expect(sim.requests).toEqual([])
    await sim.advance(2)
    expect(sim.requests.map(({ at, lines }) => [at, lines])).toEqual([[1_000, ['a', 'b']]])
    expect(sim.counts.read()).toMatchObject({ captured: 2, sent: 2, buffered: 0 })
  })

  it('sends a full batch at once', async () => {
    const sim = createSimulation({ options: { batchSize: 3 } })
    many(sim, 4)
    await sim.settle()
    expect(sim.requests.map(({ lines }) => lines)).toEqual([['e0', 'e1', 'e2']])
    await sim.advance(1_100)
    expect(sim.stored).toEqual(['e0', 'e1', 'e2', 'e3'])
  })

  it('sends before the count is full when the bytes are', async () => {
    const sim = createSimulation({ options: { maxBufferBytes: 4_000 } })
    many(sim, 11)
    await sim.settle()
    expect(sim.requests).toHaveLength(1)
  })

  it('says once a batch what all its events share', async () => {
    const sim = createSimulation({ options: { environment: 'test & more', release: '1.0', endpoint: 'https://home/base/' } })
    sim.capture('a')
    await sim.advance(1_001)
    expect(sim.requests[0]?.url).toBe('https://home/base/ingest?service=shop&environment=test%20%26%20more&release=1.0')
    expect(sim.requests[0]?.headers).toMatchObject({ authorization: 'Bearer key', 'content-type': 'application/x-ndjson', 'x-heartwood-batch': 'b0' })
  })

  it('has one request on its way, and up to four while full batches wait', async () => {
    const sim = createSimulation({ options: { batchSize: 10 } })
    sim.serve = () => ({ afterMs: 5_000 })
    many(sim, 5)
    await sim.advance(1_000)
    many(sim, 5)
    await sim.advance(2_000)
    expect(sim.underway()).toBe(1)
    many(sim, 100)
    await sim.settle()
    expect(sim.underway()).toBe(4)
  })

  it('takes 100,000 events in one turn, drops the oldest beyond its bounds, and sends the rest', async () => {
    const sim = createSimulation()
    many(sim, 100_000)
    expect(droppedBy(sim, 'buffer-full')).toBe(50_000)
    const flushed = sim.delivery.flush(60_000)
    await sim.advance(1_000)
    expect(await flushed).toBe(true)
    expect(sim.counts.read()).toMatchObject({ captured: 100_000, sent: 50_000, buffered: 0 })
    expect(sim.stored[0]).toBe('e50000')
  })

  it('prepares in slices of at most 5 ms, between which others have their turn', async () => {
    const prepared = new Map<number, number>()
    const sim = createSimulation({
      prepare({ message }) {
        sim.clock += 1
        prepared.set(sim.turns(), (prepared.get(sim.turns()) ?? 0) + 1)
        return message
      },
    })
    many(sim, 100)
    void sim.delivery.flush(1_000)
    await sim.advance(200)
    expect(sim.stored).toHaveLength(100)
    expect(Math.max(...prepared.values())).toBeLessThanOrEqual(5)
  })

  it('keeps memory within its bounds whatever the server does', async () => {
    const options = { maxBufferBytes: 200_000, maxBufferEvents: 1_000, batchSize: 100 }
    for (const serve of [down, () => ({ status: 500 }), () => ({ afterMs: 60_000 }), () => ({ status: 401 }), () => ({ afterMs: 3_000 })]) {
      const sim = createSimulation({ options, prepare: ({ message }) => message.padEnd(400, 'x') })
      sim.serve = serve
      let most = 0
      for (let second = 0; second < 40; second++) {
        many(sim, 200, 0, 300)
        await sim.advance(1_000)
        most = Math.max(most, sim.delivery.bytes)
        expect(sim.delivery.size).toBeLessThanOrEqual(1_000)
        expect(sim.counts.read().buffered).toBe(sim.delivery.size)
      }
      expect(most).toBeLessThanOrEqual(200_000)
      expect(droppedBy(sim, 'buffer-full')).toBeGreaterThan(0)
    }
  })

  it('counts what prepare throws at as a defect, and sends the others', async () => {
    const sim = createSimulation({
      prepare({ message }) {
        if (message === 'bad') throw new Error('boom')
        return message
      },
    })
    for (const message of ['a', 'bad', 'b']) sim.capture(message)
    await sim.advance(1_100)
    expect([sim.stored, droppedBy(sim, 'internal'), sim.errors]).toEqual([['a', 'b'], 1, ['boom']])
  })
})

describe('answers', () => {
  it('of 202 with refusals are counted by their code, also beyond those that are listed', async () => {
    const sim = createSimulation()
    sim.serve = () => ({
      body: JSON.stringify({
        accepted: 5,
        rejected: [{ code: 'expired' }, { code: 'malformed' }],
        rejectedCount: 5,
        rejectedByReason: { expired: 4, malformed: 1 },
      }),
    })
    many(sim, 10)
    await sim.advance(1_100)
    expect(sim.counts.read()).toMatchObject({ sent: 5, buffered: 0, dropped: { expired: 4, malformed: 1 } })
    sim.serve = () => ({ status: 400, body: JSON.stringify({ accepted: 0, rejected: [{ code: 'expired' }], rejectedCount: 3 }) })
    many(sim, 3)
    await sim.advance(1_100)
    expect(sim.counts.read()).toMatchObject({ sent: 5, buffered: 0, dropped: { expired: 7, malformed: 1 } })
  })

  it.each([408, 429, 500, 503])('of %s are tried again under the same batch id', async (status) => {
    const sim = createSimulation()
    sim.serve = () => (sim.requests.length < 3 ? { status } : {})
    sim.capture('a')
    await sim.advance(5_000)
    expect(sim.requests.map(({ id }) => id)).toEqual(['b0', 'b0', 'b0'])
    expect(sim.counts.read()).toMatchObject({ sent: 1, retried: 2, buffered: 0, dropped: {} })
  })

  it('that are lost cost nothing and store nothing twice', async () => {
    const sim = createSimulation()
    sim.serve = () => (sim.requests.length < 3 ? { lost: true, stores: true } : {})
    many(sim, 3)
    await sim.advance(5_000)
    expect([sim.stored, sim.counts.read().sent]).toEqual([['e0', 'e1', 'e2'], 3])
  })

  it.each([
    ['7', 7_000],
    [new Date(1_790_000_000_000 + 9_000).toUTCString(), 7_999],
    ['86400', 60_000],
  ])('with Retry-After %s are waited for', async (header, ms) => {
    const sim = createSimulation()
    sim.serve = () => (sim.requests.length === 1 ? { afterMs: 1, status: 429, headers: { 'retry-after': header } } : {})
    sim.capture('a')
    await sim.advance(1_001)
    sim.capture('b')
    await sim.advance(ms - 5)
    expect(sim.requests).toHaveLength(1)
    await sim.advance(2_000)
    expect(sim.stored.toSorted()).toEqual(['a', 'b'])
  })

  it.each([false, true])('of 413 halve the batch until it fits, and drop the one event that never does (compressed: %s)', async (compresses) => {
    const sim = createSimulation({ compresses })
    sim.serve = ({ lines }) => (lines.includes('e3') || lines.length > 4 ? { status: 413 } : {})
    many(sim, 10)
    await sim.advance(1_500)
    expect(sim.stored.toSorted()).toEqual(['e0', 'e1', 'e2', 'e4', 'e5', 'e6', 'e7', 'e8', 'e9'])
    expect(sim.counts.read()).toMatchObject({ sent: 9, buffered: 0, retried: 0, dropped: { 'too-large': 1 } })
    expect(new Set(sim.requests.map(({ id }) => id)).size).toBe(sim.requests.length)
  })

  it('of 415 make it send plainly', async () => {
    const sim = createSimulation({ compresses: true })
    sim.serve = ({ headers }) => (headers['content-encoding'] === undefined ? {} : { status: 415 })
    sim.capture('a')
    await sim.advance(1_100)
    sim.capture('b')
    await sim.advance(1_100)
    expect([sim.stored, sim.requests.length]).toEqual([['a', 'b'], 3])
  })

  it('that blame the request as a whole end it', async () => {
    const sim = createSimulation()
    sim.serve = () => ({ status: 400, body: '{"error":{"code":"encoding-broken","message":"It does not decompress."}}' })
    sim.capture('a')
    await sim.advance(5_000)
    expect([sim.requests.length, droppedBy(sim, 'malformed')]).toEqual([1, 1])
    expect(sim.errors[0]).toContain('It does not decompress.')
  })

  it('tell the rates by which events are sampled', async () => {
    const sim = createSimulation()
    sim.serve = () => ({ headers: { 'x-heartwood-sample-rates': '{"debug":0.25}' } })
    sim.capture('a')
    await sim.advance(1_100)
    expect([sim.told.rate('debug'), sim.told.rate('info')]).toEqual([0.25, 1])
  })
})

describe('a batch that never gets through', () => {
  const poisoned = (sim: Simulation): void => {
    sim.serve = ({ lines }) => (lines.includes('poison') ? { status: 500 } : {})
    sim.capture('poison')
  }
  const traffic = async (sim: Simulation): Promise<void> => {
    for (let second = 0; second < 200; second++) {
      await sim.advance(1_000)
      sim.capture(`t${second}`)
    }
    await sim.advance(2_000)
  }

  it('is dropped after its tries, and holds nothing else up', async () => {
    const sim = createSimulation()
    poisoned(sim)
    await traffic(sim)
    expect(droppedBy(sim, 'retries-exhausted')).toBe(1)
    expect(sim.counts.read()).toMatchObject({ sent: 200, buffered: 0 })
  })

  it('goes to the spool where there is one, and is given up there too', async () => {
    const sim = createSimulation({ spool: createFakeSpool() })
    poisoned(sim)
    await traffic(sim)
    await traffic(sim)
    expect(sim.counts.read()).toMatchObject({ sent: 400, spooled: 0, buffered: 0, dropped: { 'retries-exhausted': 1 } })
  })
})

describe('a server that is gone', () => {
  it('for a minute costs no event', async () => {
    const sim = createSimulation()
    sim.serve = () => (sim.clock < 60_000 ? down() : {})
    for (let second = 0; second < 60; second++) {
      many(sim, 10, second * 10)
      await sim.advance(1_000)
    }
    expect(sim.counts.read()).toMatchObject({ sent: 0, buffered: 600, dropped: {} })
    await sim.advance(35_000)
    expect(sim.counts.read()).toMatchObject({ sent: 600, buffered: 0, dropped: {} })
    expect(sim.errors).toHaveLength(1)
  })

  it.each([0, 2, 4])('for a minute costs no event when a batch has few tries (%i)', async (maxRetries) => {
    for (const answer of [down(), { status: 502 }, { status: 503, body: '<html>No server is available' }]) {
      const sim = createSimulation({ options: { maxRetries } })
      sim.capture('before')
      await sim.advance(1_100)
      sim.serve = () => (sim.clock < 60_000 ? answer : {})
      for (let second = 0; second < 60; second++) {
        many(sim, 10, second * 10)
        await sim.advance(1_000)
      }
      await sim.advance(35_000)
      expect(sim.counts.read()).toMatchObject({ sent: 601, buffered: 0, dropped: {} })
    }
  })

  it('leaves a batch to its few tries where it is that batch alone which nobody answers', async () => {
    const sim = createSimulation({ options: { maxRetries: 1 } })
    sim.serve = ({ lines }) => (lines.includes('poison') ? down() : {})
    sim.capture('poison')
    for (let second = 0; second < 100; second++) {
      await sim.advance(1_000)
      sim.capture(`t${second}`)
    }
    await sim.advance(2_000)
    expect(sim.counts.read()).toMatchObject({ sent: 100, buffered: 0, dropped: { 'retries-exhausted': 1 } })
  })

  it('that answers itself uses the few tries of a batch up', async () => {
    const sim = createSimulation({ options: { maxRetries: 1 } })
    sim.serve = () => ({ status: 503, body: '{"error":{"code":"overloaded"}}' })
    sim.capture('a')
    await sim.advance(5_000)
    expect([sim.requests.length, droppedBy(sim, 'retries-exhausted')]).toEqual([2, 1])
  })

  it('is asked with one request at a time, ever more rarely', async () => {
    const sim = createSimulation()
    sim.serve = down
    many(sim, 5_000)
    await sim.advance(300_000)
    expect(sim.requests.length).toBeGreaterThan(10)
    expect(sim.requests.length).toBeLessThan(30)
    const [before, last] = sim.requests.slice(-2)
    expect((last?.at ?? 0) - (before?.at ?? 0)).toBeGreaterThanOrEqual(15_000)
    expect(new Set(sim.requests.slice(-8).map(({ id }) => id)).size).toBeGreaterThan(1)
  })

  it('fills the spool instead of dropping events, and gets them when it is back, in order', async () => {
    const spool = createFakeSpool()
    const sim = createSimulation({ spool, options: { maxBufferEvents: 1_000, batchSize: 100 } })
    sim.serve = down
    for (let second = 0; second < 60; second++) {
      many(sim, 50, second * 50)
      await sim.advance(1_000)
    }
    const before = sim.counts.read()
    expect(before.dropped).toEqual({})
    expect(before.spooled).toBeGreaterThan(1_500)
    expect(before.spooled + before.buffered).toBe(3_000)
    sim.serve = () => ({})
    await sim.advance(60_000)
    expect(sim.counts.read()).toMatchObject({ sent: 3_000, spooled: 0, buffered: 0, dropped: {}, replayed: 0 })
    expect(new Set(sim.stored).size).toBe(3_000)
  })
})

describe('something else at the address of the server', () => {
  it.each([
    [{ status: 200, body: '<html>Welcome</html>' }, 'answered 200, but not as Heartwood does; is `endpoint` right?'],
    [{ status: 202, body: '{"accepted":"yes"}' }, 'answered 202, but not as Heartwood does; is `endpoint` right?'],
    [{ status: 204, body: '' }, 'answered 204, but not as Heartwood does; is `endpoint` right?'],
    [{ status: 400, body: 'The plain HTTP request was sent to HTTPS port' }, 'answered 400, but not as Heartwood does; is `endpoint` right?'],
    [
      { status: 301, headers: { location: 'https://logs.example.com/ingest?key=s3cret' } },
      'answered 301 and points to https://logs.example.com; redirects are not followed: is `endpoint` right?',
    ],
    [{ status: 302, headers: { location: '/login' } }, 'answered 302; redirects are not followed: is `endpoint` right?'],
    [{ status: 404 }, 'answered 404: it takes no events; is `endpoint` right?'],
    [{ status: 405 }, 'answered 405: it takes no events; is `endpoint` right?'],
  ])('is told once, and costs no event: %j', async (answer, told) => {
    const sim = createSimulation()
    sim.serve = () => ({ ...answer, stores: false })
    for (let second = 0; second < 90; second++) {
      sim.capture(`e${second}`)
      await sim.advance(1_000)
    }
    expect([sim.warnings, sim.counts.read()]).toMatchObject([[`Heartwood: http://server ${told}`], { sent: 0, buffered: 90, dropped: {} }])
    sim.serve = () => ({})
    sim.options = { ...sim.options, endpoint: 'http://right' }
    sim.delivery.reconfigured()
    await sim.advance(2_000)
    expect(sim.counts.read()).toMatchObject({ sent: 90, buffered: 0, dropped: {} })
  })

  it('leaves to the spool what it should have taken at the end of the process', () => {
    const sim = createSimulation({ spool: createFakeSpool() })
    many(sim, 3)
    sim.delivery.flushSync((requests) => requests.map(() => ({ status: 200, headers: {}, body: 'ok' })))
    expect([sim.counts.read(), sim.warnings.length]).toMatchObject([{ sent: 0, spooled: 3 }, 1])
  })
})

describe('a refused key', () => {
  it('is told once, keeps events, and ends with another key', async () => {
    const sim = createSimulation()
    sim.serve = ({ headers }) => (headers.authorization === 'Bearer good' ? {} : { status: 401, body: '{"error":{"message":"Unknown key."}}' })
    for (let second = 0; second < 20; second++) {
      sim.capture(`e${second}`)
      await sim.advance(1_000)
    }
    expect([sim.requests.length, sim.warnings.length, sim.counts.read().buffered]).toEqual([1, 1, 20])
    expect(sim.warnings[0]).toContain('Unknown key.')
    expect(await Promise.race([sim.delivery.flush(60_000), sim.advance(10)])).toBe(false)
    sim.options = { ...sim.options, apiKey: 'good' }
    sim.delivery.reconfigured()
    await sim.advance(1_100)
    expect(sim.counts.read()).toMatchObject({ sent: 20, buffered: 0, dropped: {} })
  })

  it.each([
    ['memory', undefined],
    ['the spool', createFakeSpool()],
  ])('is tried again every five minutes with one request, and %s is sent when it became valid', async (_, spool) => {
    const sim = createSimulation({ options: { batchSize: 10 }, ...(spool ? { spool } : {}) })
    sim.serve = () => ({ status: 401 })
    many(sim, 100)
    await sim.advance(299_000)
    // Those that were under way together.
    const refused = sim.requests.length
    await sim.advance(600_000)
    expect([sim.requests.length, sim.warnings.length]).toEqual([refused + 2, 1])
    expect(sim.counts.read()).toMatchObject({ sent: 0, dropped: {} })
    sim.serve = () => ({})
    await sim.advance(310_000)
    expect(sim.counts.read()).toMatchObject({ sent: 100, buffered: 0, spooled: 0, dropped: {} })
  })

  it('is tried again as rarely when the server was gone meanwhile', async () => {
    const sim = createSimulation()
    sim.serve = () => ({ status: 401 })
    sim.capture('a')
    await sim.advance(290_000)
    sim.serve = () => (sim.clock < 400_000 ? down() : { status: 401 })
    await sim.advance(700_000)
    // The first, some to a server that is gone, and then one in five minutes.
    expect(sim.requests.filter(({ at }) => at >= 400_000).length).toBeLessThanOrEqual(3)
    expect(sim.requests.length).toBeLessThan(15)
  })

  it('fills the spool where there is one', async () => {
    const spool = createFakeSpool()
    const sim = createSimulation({ spool })
    sim.serve = () => ({ status: 403 })
    sim.capture('a')
    await sim.advance(2_000)
    sim.capture('b')
    await sim.advance(2_000)
    expect(sim.counts.read()).toMatchObject({ spooled: 2, buffered: 0 })
    sim.serve = () => ({})
    sim.options = { ...sim.options, apiKey: 'good' }
    sim.delivery.reconfigured()
    await sim.advance(2_000)
    expect(sim.stored).toEqual(['a', 'b'])
  })
})

describe('flush', () => {
  it('sends at once, says when all is out, and holds the process meanwhile', async () => {
    const sim = createSimulation()
    many(sim, 1_200)
    const flushed = sim.delivery.flush(5_000)
    await sim.settle()
    expect(sim.holding()).toBe(1)
    await sim.advance(20)
    expect([await flushed, sim.holding(), sim.stored.length]).toEqual([true, 0, 1_200])
    expect(await sim.delivery.flush(5_000)).toBe(true)
  })

  it('says false when the bound is over, and goes on all the same', async () => {
    const sim = createSimulation()
    sim.serve = () => ({ afterMs: 3_000 })
    sim.capture('a')
    const flushed = sim.delivery.flush(1_000)
    await sim.advance(1_000)
    expect(await flushed).toBe(false)
    await sim.advance(3_000)
    expect(sim.counts.read().sent).toBe(1)
  })

  it('does not wait for what came after it', async () => {
    const sim = createSimulation()
    sim.serve = ({ lines }) => ({ afterMs: lines.includes('later') ? 9_000 : 10 })
    sim.capture('a')
    const flushed = sim.delivery.flush(5_000)
    await sim.advance(5)
    sim.capture('later')
    await sim.advance(10)
    expect(await flushed).toBe(true)
  })

  it('asks a server that was gone once more', async () => {
    const sim = createSimulation()
    sim.serve = down
    sim.capture('a')
    await sim.advance(120_000)
    sim.serve = () => ({})
    const asked = sim.requests.length
    const flushed = sim.delivery.flush(100)
    await sim.advance(50)
    expect([await flushed, sim.requests.length]).toEqual([true, asked + 1])
  })

  it('leaves it to the spool when the server stays gone', async () => {
    const sim = createSimulation({ spool: createFakeSpool() })
    sim.serve = down
    sim.capture('a')
    await sim.advance(120_000)
    sim.capture('b')
    const flushed = sim.delivery.flush(1_000)
    await sim.advance(100)
    expect([await flushed, sim.counts.read().spooled]).toEqual([true, 2])
  })
})

describe('pause', () => {
  it('sends nothing until resume', async () => {
    const sim = createSimulation()
    sim.delivery.pause()
    many(sim, 2_000)
    await sim.advance(5_000)
    expect(sim.requests).toEqual([])
    sim.delivery.resume()
    await sim.advance(100)
    expect(sim.counts.read().sent).toBe(2_000)
  })

  it('tells at once whoever waits for a flush', async () => {
    const sim = createSimulation()
    sim.serve = () => ({ status: 503 })
    sim.capture('a')
    const flushed = sim.delivery.flush(60_000)
    await sim.advance(10)
    sim.delivery.pause()
    await sim.settle()
    expect([await flushed, sim.clock, sim.counts.read().buffered]).toEqual([false, 10, 1])
  })
})

describe('the end', () => {
  it('of a client sends what there is, and takes nothing any more', async () => {
    const sim = createSimulation()
    sim.capture('a')
    const closed = sim.delivery.close(1_000)
    await sim.advance(10)
    expect(await closed).toBe(true)
    sim.capture('b')
    expect(sim.counts.read()).toMatchObject({ sent: 1, buffered: 0, dropped: { closed: 1 } })
  })

  it('of a client whose server does not answer comes in time, with everything counted', async () => {
    const sim = createSimulation()
    sim.serve = () => ({ afterMs: 60_000 })
    many(sim, 700)
    const closed = sim.delivery.close(1_000)
    await sim.advance(1_001)
    expect([await closed, sim.underway()]).toEqual([false, 0])
    expect(sim.counts.read()).toMatchObject({ buffered: 0, dropped: { closed: 700 } })
  })

  it('of the process leaves everything in the spool, with the ids under which it was sent', async () => {
    const spool = createFakeSpool()
    const sim = createSimulation({ spool, options: { batchSize: 10 } })
    sim.serve = () => ({ afterMs: 5_000, stores: true })
    many(sim, 95)
    await sim.settle()
    sim.delivery.flushSync()
    expect(sim.counts.read()).toMatchObject({ spooled: 95, buffered: 0 })
    expect(spool.batches.slice(0, 4).map(({ id }) => id)).toEqual(sim.requests.map(({ id }) => id))
    // It lives on, and the answers come: nothing is counted or stored twice.
    await sim.advance(60_000)
    expect(sim.counts.read()).toMatchObject({ sent: 95, spooled: 0, buffered: 0 })
    expect(sim.stored).toHaveLength(95)
  })

  it('of a process that lives on writes no batch twice whose way to the spool has begun', async () => {
    const spool = createFakeSpool()
    const sim = createSimulation({ spool })
    sim.serve = () => ({ status: 401 })
    let written = (): void => undefined
    spool.slowness = new Promise((resolve) => {
      written = resolve
    })
    sim.capture('a')
    await sim.advance(2_000)
    sim.delivery.flushSync()
    written()
    await sim.settle()
    expect([spool.batches.length, sim.counts.read()]).toMatchObject([1, { spooled: 1, buffered: 0 }])
    sim.serve = () => ({})
    sim.options = { ...sim.options, apiKey: 'good' }
    sim.delivery.reconfigured()
    await sim.advance(5_000)
    expect(sim.counts.read()).toMatchObject({ sent: 1, spooled: 0, buffered: 0 })
  })

  it('of the process after an error sends what is in memory, and keeps what was not answered', async () => {
    const spool = createFakeSpool()
    const sim = createSimulation({ spool, options: { batchSize: 10 } })
    many(sim, 25)
    sim.delivery.flushSync((requests) => {
      expect(requests.map(({ url, headers }) => [url, headers.authorization])).toEqual(Array(3).fill([requests[0]?.url, 'Bearer key']))
      const answer = (status: number, body: string) => ({ status, headers: {}, body })
      return [answer(202, '{"accepted":10}'), answer(202, '{"accepted":9,"rejectedCount":1,"rejectedByReason":{"expired":1}}'), undefined]
    })
    expect(sim.counts.read()).toMatchObject({ sent: 19, spooled: 5, buffered: 0, dropped: { expired: 1 } })
  })

  it('of the process after an error asks nobody while sending is paused', () => {
    const spool = createFakeSpool()
    const sim = createSimulation({ spool })
    many(sim, 5)
    sim.delivery.pause()
    sim.delivery.flushSync(() => {
      throw new Error('asked')
    })
    expect(sim.counts.read()).toMatchObject({ spooled: 5, buffered: 0 })
  })

  it('of the process comes although each event makes another', () => {
    const sim = createSimulation({
      prepare({ message }) {
        sim.capture('again')
        return message
      },
    })
    sim.capture('a')
    sim.delivery.flushSync((requests) => requests.map(() => undefined))
    const { captured, buffered, dropped } = sim.counts.read()
    expect([buffered, dropped['process-exit']]).toEqual([0, captured])
  })

  it('of the process without a spool is counted', async () => {
    const sim = createSimulation()
    many(sim, 700)
    await sim.settle()
    sim.delivery.flushSync()
    expect(sim.counts.read()).toMatchObject({ buffered: 0, dropped: { 'process-exit': 700 } })
    expect(sim.errors).toEqual(['700 events are lost (process-exit): they were not sent in time.'])
  })
})

describe('the spool', () => {
  const left = (count: number) =>
    Array.from({ length: count }, (_, index) => ({
      id: `old${index}`,
      path: '/ingest?service=former',
      contentType: 'application/x-ndjson',
      events: 2,
      body: new TextEncoder().encode(`o${index}a\no${index}b`),
    }))

  it('of an earlier process is sent at start, in order and at a bounded pace', async () => {
    const sim = createSimulation({ spool: createFakeSpool(left(30)) })
    await sim.advance(1_000)
    expect(sim.requests.length).toBeLessThanOrEqual(11)
    expect(sim.stored.slice(0, 4)).toEqual(['o0a', 'o0b', 'o1a', 'o1b'])
    await sim.advance(3_000)
    expect(sim.counts.read()).toMatchObject({ captured: 0, sent: 0, replayed: 60, buffered: 0 })
  })

  it('waits while the server is gone, and loses nothing', async () => {
    const spool = createFakeSpool(left(3))
    const sim = createSimulation({ spool })
    sim.serve = down
    await sim.advance(120_000)
    expect(spool.batches).toHaveLength(3)
    expect(sim.requests.length).toBeLessThan(25)
    sim.serve = () => ({})
    await sim.advance(40_000)
    expect(sim.counts.read().replayed).toBe(6)
  })

  it('does not hold up fresh events', async () => {
    const sim = createSimulation({ spool: createFakeSpool(left(100)), options: { batchSize: 10 } })
    sim.serve = ({ lines }) => ({ afterMs: lines[0]?.startsWith('o') ? 8_000 : 1 })
    await sim.advance(10)
    many(sim, 100)
    await sim.advance(100)
    expect(sim.counts.read().sent).toBe(100)
  })

  it('that cannot be written costs what it should have taken, counted', async () => {
    const spool = createFakeSpool()
    spool.broken = true
    const sim = createSimulation({ spool })
    sim.serve = () => ({ status: 401 })
    sim.capture('a')
    await sim.advance(3_000)
    expect(sim.counts.read()).toMatchObject({ buffered: 0, dropped: { 'spool-full': 1 } })
  })

  it('that pushes out older batches counts them', async () => {
    const spool = createFakeSpool()
    spool.limit = 2
    const sim = createSimulation({ spool, options: { batchSize: 10 } })
    sim.serve = () => ({ status: 401 })
    many(sim, 40)
    await sim.advance(3_000)
    expect(sim.counts.read()).toMatchObject({ spooled: 20, buffered: 0, dropped: { 'spool-full': 20 } })
  })
})

describe('raw text', () => {
  it('is tried again, its answer handed back, and the process kept until then', async () => {
    const sim = createSimulation()
    sim.serve = () => (sim.requests.length === 1 ? { status: 503 } : { status: 202, body: '{"accepted":3}' })
    const answer = sim.delivery.raw(new TextEncoder().encode('line'), '/ingest/text')
    await sim.settle()
    expect(sim.holding()).toBe(1)
    await sim.advance(1_000)
    expect(sim.holding()).toBe(0)
    expect(await answer).toMatchObject({ status: 202, body: '{"accepted":3}' })
    expect(sim.requests.map(({ id, url }) => [id, url])).toEqual([
      ['b0', 'http://server/ingest/text'],
      ['b0', 'http://server/ingest/text'],
    ])
  })
})

describe('raw text that waits for its next try', () => {
  it('ends with its client, by an error that says so, and holds the process no longer', async () => {
    const sim = createSimulation()
    sim.serve = () => ({ status: 503 })
    const answer = sim.delivery.raw(new TextEncoder().encode('line'), '/ingest/text').catch((error: unknown) => error)
    await sim.advance(2)
    expect(sim.holding()).toBe(1)
    await sim.delivery.close(1_000)
    expect([await answer, sim.holding(), sim.requests.length]).toMatchObject([{ code: 'closed', message: expect.stringContaining('closed') }, 0, 1])
    await expect(sim.delivery.raw(new Uint8Array(), '/ingest/text')).rejects.toMatchObject({ code: 'closed' })
  })

  it('says when nobody answered in all its tries', async () => {
    const sim = createSimulation({ options: { maxRetries: 1 } })
    sim.serve = down
    const answer = sim.delivery.raw(new TextEncoder().encode('line'), '/ingest/text').catch((error: unknown) => error)
    await sim.advance(5_000)
    expect([await answer, sim.requests.length]).toMatchObject([{ code: 'unreachable', status: 0 }, 2])
  })
})

describe('the spool', () => {
  it('counts own batches that it finds damaged as dropped, and not those of others', async () => {
    const spool = createFakeSpool()
    const sim = createSimulation({ spool, options: { batchSize: 10 } })
    sim.serve = down
    many(sim, 10)
    sim.delivery.flushSync()
    expect(sim.counts.read()).toMatchObject({ spooled: 10 })
    spool.batches.length = 0
    spool.damaged = [
      { events: 10, own: true, reason: 'spool-damaged' },
      { events: 3, own: false, reason: 'spool-expired' },
    ]
    await sim.advance(60_000)
    expect(sim.counts.read()).toMatchObject({ captured: 10, spooled: 0, buffered: 0, dropped: { 'spool-damaged': 10 } })
  })
})
