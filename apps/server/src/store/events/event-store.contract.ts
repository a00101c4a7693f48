import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Event, type EventJson, toMs, unixMicros } from '@heartwood/protocol'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createBlockEncoder } from './block/block-encoder.ts'
import { createInlineBlockBuilder } from './block/block-thread.ts'
import { createIdSource } from './block/id-source.ts'
import { anyEvent, sampleEvent, withAttributes } from './block/testing/sample-events.ts'
import type { EventStore, QueryOptions, SealedBlock } from './event-store.ts'
import { type EventRow, eventToJson, FULL_COLUMNS, toEventJson } from './rows/event-row.ts'
import { afterPlace, NEWEST_FIRST, sql } from './sql.ts'

/** What an adapter gives the suite. */
export interface StoreHarness {
  store: EventStore
  /** A folder for the files of inserts. */
  folder: string
  /** Closes the store and opens it again on the same data. */
  restart(): Promise<void>
  close(): Promise<void>
}

export const AMPLE: QueryOptions = { budget: { timeMs: 60_000, memoryBytes: 1_000_000_000, rowsToRead: 1_000_000_000 } }

/** A query that runs for minutes if nothing stops it. */
const ENDLESS = 'SELECT count() AS count FROM numbers(1000000000000) WHERE sipHash64(number) = 3'

const wellFormed = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value).replace(/\\u[dD][89a-fA-F][0-9a-fA-F]{2}/g, '\ufffd')) as Value

/** Builds the files of inserts as the server does. */
export const createBlocks = (folder: string) => {
  const encoder = createBlockEncoder(createIdSource())
  const builder = createInlineBlockBuilder()
  return {
    /** One delivery for each list of events. Ids are those of the events in order. */
    async build(
      deliveries: { projectId: number; events: readonly Event[] }[],
      token: string = randomUUID(),
    ): Promise<{ block: SealedBlock; ids: string[] }> {
      const ids: string[] = []
      for (const { projectId, events } of deliveries) {
        for (const event of events) {
          encoder.append(event)
          ids.push(encoder.lastId())
        }
        builder.append(encoder.finish(), projectId)
      }
      const path = join(folder, `${token}.native`)
      return { block: { ...(await builder.seal(path)), path, token, mayBeStored: false }, ids }
    },
  }
}

/** The behaviour that every adapter owes to what stands on it. */
export const describeEventStore = (name: string, open: () => Promise<StoreHarness>): void => {
  describe(`event store: ${name}`, () => {
    let harness: StoreHarness
    let blocks: ReturnType<typeof createBlocks>
    let lastProject = 0
    /** A project of its own for each test. */
    const newProject = (): number => ++lastProject
    const now = unixMicros(Date.now() * 1000)

    beforeAll(async () => {
      harness = await open()
      blocks = createBlocks(harness.folder)
    })
    afterAll(() => harness?.close())

    const query = async <Row>(text: string, options = AMPLE): Promise<Row[]> => {
      const { rows, partial } = await harness.store.query<Row>(text, options)
      expect(partial).toBeNull()
      return rows
    }
    const store = async (projectId: number, events: readonly Event[], token?: string): Promise<string[]> => {
      const { block, ids } = await blocks.build([{ projectId, events }], token)
      await harness.store.insert(block)
      return ids
    }
    const count = async (projectId: number): Promise<number> => {
      const [row] = await query<{ count: number }>(`SELECT count() AS count FROM events WHERE project_id = ${projectId}`)
      return row?.count ?? 0
    }
    const countInRollup = async (projectId: number): Promise<number> => {
      const [row] = await query<{ count: number }>(`SELECT sum(count) AS count FROM events_by_minute WHERE project_id = ${projectId}`)
      return row?.count ?? 0
    }
    const readAll = async (projectId: number): Promise<EventJson[]> => {
      const rows = await query<EventRow>(`SELECT ${FULL_COLUMNS} FROM events WHERE project_id = ${projectId} ORDER BY toUInt128(id)`)
      return rows.map(toEventJson)
    }

    it('gives every event back as it was stored', async () => {
      // Retention is counted from the time: none of these may be due for deletion.
      const events = fc
        .sample(anyEvent, { numRuns: 400, seed: 7 })
        .map((event, index) => ({ ...event, timestamp: unixMicros(now - index * 61_000_000), retentionDays: 3_650 }))
      const projectId = newProject()
      const ids = await store(projectId, events)
      const expected = wellFormed(events.map((event, index) => eventToJson(event, ids[index] ?? '')))
      expect(await readAll(projectId)).toEqual(expected)
    })

    it('keeps the types and the nesting of attributes, and finds them by dotted name', async () => {
      const attributes = { 'order.id': 1, http: { bytes: 12.5, ok: false, none: null, list: [1, 'a', {}] }, text: '1', empty: {} }
      const projectId = newProject()
      await store(projectId, [withAttributes(attributes, { timestamp: now })])
      const [event] = await readAll(projectId)
      expect(event?.attributes).toEqual(attributes)
      const found = await query(`SELECT 1 FROM events WHERE project_id = ${projectId} AND attributes['http.bytes'] = '12.5'`)
      expect(found).toHaveLength(1)
    })

    it('stores a block once however often its token comes, in the table and in the rollup', async () => {
      const projectId = newProject()
      const { block } = await blocks.build([{ projectId, events: Array.from({ length: 1_000 }, () => sampleEvent({ timestamp: now })) }])
      await harness.store.insert(block)
      await harness.store.insert(block)
      await harness.restart()
      await harness.store.insert(block)
      expect([await count(projectId), await countInRollup(projectId)]).toEqual([1_000, 1_000])
    })

    it('recognises the token of a block that spans days and projects', async () => {
      const [first, second] = [newProject(), newProject()]
      const DAY = 86_400_000_000
      const events = Array.from({ length: 200 }, (_, index) => sampleEvent({ timestamp: unixMicros(now - (index % 12) * DAY) }))
      const { block } = await blocks.build([
        { projectId: first, events },
        { projectId: second, events: events.slice(0, 50) },
      ])
      for (let time = 0; time < 3; time++) await harness.store.insert(block)
      expect([await count(first), await count(second), await countInRollup(first), await countInRollup(second)]).toEqual([200, 50, 200, 50])
    })

    it('adds what an interrupted insert left out though the engine knows its token, and nothing twice', async () => {
      const [first, second] = [newProject(), newProject()]
      const encoder = createBlockEncoder(createIdSource())
      const payload = (count: number): Uint8Array => {
        for (let index = 0; index < count; index++) encoder.append(sampleEvent({ timestamp: unixMicros(now - index * 3_600_000_000) }))
        return encoder.finish()
      }
      const [stored, lost] = [payload(60), payload(40)]
      const seal = async (name: string, ...parts: [Uint8Array, number][]): Promise<SealedBlock> => {
        const builder = createInlineBlockBuilder()
        for (const [part, projectId] of parts) builder.append(part.slice(), projectId)
        const path = join(harness.folder, `${name}.native`)
        return { ...(await builder.seal(path)), path, token: `interrupted-${first}`, mayBeStored: false }
      }
      const counts = async () => [await count(first), await countInRollup(first), await count(second), await countInRollup(second)]
      await harness.store.insert(await seal('part', [stored, first]))
      const whole = await seal('whole', [stored, first], [lost, first], [lost, second])
      await harness.store.insert({ ...whole, mayBeStored: true })
      expect(await counts()).toEqual([100, 100, 40, 40])
      await harness.store.insert({ ...whole, mayBeStored: true })
      await harness.store.insert(whole)
      expect(await counts()).toEqual([100, 100, 40, 40])
    })

    it('ends an insert when its signal fires, and completes it when the block comes again', async () => {
      const projectId = newProject()
      const events = Array.from({ length: 150 }, (_, index) =>
        sampleEvent({ timestamp: unixMicros(now - index * 20 * 86_400_000_000), retentionDays: 3_650 }),
      )
      const { block } = await blocks.build([{ projectId, events }])
      const ending = new AbortController()
      const inserted = harness.store.insert(block, ending.signal)
      ending.abort()
      await expect(inserted).rejects.toMatchObject({ code: 'engine-unavailable' })
      await harness.store.insert({ ...block, mayBeStored: true })
      expect([await count(projectId), await countInRollup(projectId)]).toEqual([150, 150])
    })

    it('stores equal rows again when their token is another', async () => {
      const projectId = newProject()
      const { block } = await blocks.build([{ projectId, events: [sampleEvent({ timestamp: now, message: 'again' })] }])
      await harness.store.insert(block)
      await harness.store.insert({ ...block, token: randomUUID() })
      expect([await count(projectId), await countInRollup(projectId)]).toEqual([2, 2])
    })

    it('merges the parts of a week at rest, and leaves alone what is merged or fresh', async () => {
      const projectId = newProject()
      const week = now - 20 * 86_400_000_000
      for (let part = 0; part < 4; part++) {
        await store(
          projectId,
          Array.from({ length: 50 }, (_, index) => sampleEvent({ timestamp: unixMicros(week + index) })),
        )
      }
      const isDone = async (rest: number): Promise<boolean> => !(await harness.store.consolidate(rest))
      expect(await isDone(3_600)).toBe(true)
      while (!(await isDone(0)));
      const [parts] = await query<{ count: number }>(
        `SELECT count() AS count FROM system.parts WHERE active AND table = 'events' AND partition = toString(toMonday(fromUnixTimestamp64Micro(toInt64(${week}), 'UTC')))`,
      )
      expect([parts?.count, await count(projectId), await countInRollup(projectId)]).toEqual([1, 200, 200])
    })

    it('takes rows that are years old, in any order, in one block', async () => {
      const projectId = newProject()
      const day = (index: number): Event['timestamp'] => unixMicros(now - ((index * 7_919) % 60) * 25 * 86_400_000_000)
      await store(
        projectId,
        Array.from({ length: 1_000 }, (_, index) => sampleEvent({ timestamp: day(index), retentionDays: 3_650, message: String(index) })),
      )
      expect(await count(projectId)).toBe(1_000)
      const rows = await query<{ ts: string }>(`SELECT ts FROM events WHERE project_id = ${projectId} ORDER BY ${NEWEST_FIRST}`)
      expect(rows.map(({ ts }) => ts)).toEqual(
        rows
          .map(({ ts }) => ts)
          .sort()
          .reverse(),
      )
    })

    it('lists rows of the same time in the order of arrival, page by page', async () => {
      const projectId = newProject()
      const times = [now, unixMicros(now - 1), unixMicros(now - 1_000_000)]
      const events = Array.from({ length: 900 }, (_, index) => sampleEvent({ timestamp: times[index % 3] ?? now, message: String(index) }))
      for (let start = 0; start < events.length; start += 300) await store(projectId, events.slice(start, start + 300))
      const expected = times.flatMap((_, place) =>
        events
          .map(({ message }) => message)
          .filter((message) => Number(message) % 3 === place)
          .reverse(),
      )
      const seen: string[] = []
      let after = 'true'
      for (;;) {
        const page = await query<{ id: string; message: string; at: number }>(
          `SELECT id, message, toUnixTimestamp64Micro(ts) AS at FROM events WHERE project_id = ${projectId} AND ${after} ORDER BY ${NEWEST_FIRST} LIMIT 70`,
        )
        seen.push(...page.map(({ message }) => message))
        const last = page.at(-1)
        if (last === undefined) break
        after = afterPlace('desc', unixMicros(last.at), last.id)
      }
      expect(seen).toEqual(expected)
    })

    it('removes what is past its retention, and nothing else', async () => {
      const projectId = newProject()
      const old = unixMicros(now - 3 * 86_400_000_000)
      await store(projectId, [sampleEvent({ timestamp: old, retentionDays: 1 }), sampleEvent({ timestamp: old, retentionDays: 90, message: 'kept' })])
      // In a week that no other test writes to: whole parts are dropped, and those of one week may be merged before.
      await store(projectId, [sampleEvent({ timestamp: unixMicros(now - 33 * 86_400_000_000), retentionDays: 2 })])
      await vi.waitFor(async () => expect(await query(`SELECT 1 FROM events WHERE project_id = ${projectId} AND retention_days = 2`)).toEqual([]), {
        timeout: 60_000,
        interval: 500,
      })
      expect(await query(`SELECT message FROM events WHERE project_id = ${projectId} AND retention_days = 90`)).toEqual([{ message: 'kept' }])
    })

    it('makes no SQL of what people send', async () => {
      const hostile = fc.sample(fc.oneof(fc.string({ unit: 'binary', maxLength: 60 }), fc.stringMatching(/^[\\'"`%_\0\n\r;)( -]{0,12}$/)), {
        numRuns: 300,
        seed: 3,
      })
      hostile.push(
        "'; DROP TABLE events; --",
        "\\'; SELECT 1 --",
        '\\',
        "'",
        '\ud800',
        "x' UNION ALL SELECT * FROM file('/etc/passwd') --",
        '/*',
        '--',
      )
      const texts = hostile.map((value, index) => `${sql.text(value)} AS ${sql.identifier(`${index} ${value}`)}`)
      const [row] = await query<{ [name: string]: string }>(`SELECT ${texts.join(', ')}`)
      expect(row).toEqual(wellFormed(Object.fromEntries(hostile.map((value, index) => [`${index} ${value}`, value]))))
      const like = hostile.map(
        (value) => `${sql.text(`a${value}b`)} LIKE ${sql.text(`%${sql.like(value)}%`)} AND NOT '' LIKE ${sql.text(`${sql.like(value)}a`)}`,
      )
      const regexp = hostile.map((value) => `match(${sql.text(`a${value}b`)}, ${sql.text(sql.regexp(value))})`)
      const [all] = await query<{ like: number[]; regexp: number[] }>(`SELECT [${like.join(', ')}] AS like, [${regexp.join(', ')}] AS regexp`)
      expect(all).toEqual({ like: hostile.map(() => 1), regexp: hostile.map(() => 1) })
      expect(await query(`SELECT 1 WHERE 1 IN ${sql.list([], sql.integer)} OR 'b' IN ${sql.list(["a'", 'c'], sql.text)}`)).toEqual([])
    })

    it('lets no query change anything', async () => {
      for (const text of [
        'INSERT INTO schema_versions (version) VALUES (9)',
        'DROP TABLE events',
        'SELECT 1; DROP TABLE events',
        'SET max_threads = 1',
      ]) {
        await expect(harness.store.query(text, AMPLE), text).rejects.toMatchObject({ code: 'engine-failed' })
      }
    })

    it('lets no setting of a statement outlive it', async () => {
      const projectId = newProject()
      const small: QueryOptions = { ...AMPLE, settings: { max_result_rows: 1, result_overflow_mode: 'throw' } }
      await Promise.all(Array.from({ length: 8 }, () => harness.store.query('SELECT 1', small)))
      expect(await query('SELECT number FROM numbers(10)')).toHaveLength(10)
      // Twice the same rows, each time with a token of its own: a token that stuck would swallow the second.
      const events = [sampleEvent({ timestamp: now, message: 'same' })]
      await store(projectId, events)
      await store(projectId, events)
      expect(await count(projectId)).toBe(2)
    })

    it('gives 64-bit numbers as numbers where they are exact and as text where not', async () => {
      const [row] = await query(
        "SELECT toUInt64(9007199254740991) AS exact, toUInt64(9007199254740993) AS large, [toInt64(-1)] AS list, map('a', toUInt64(1)) AS map, tuple('2', toInt64(2)) AS tuple, toNullable(toInt64(3)) AS three, 0.5 AS half, NULL AS none",
      )
      expect(row).toEqual({
        exact: 9007199254740991,
        large: '9007199254740993',
        list: [-1],
        map: { a: 1 },
        tuple: ['2', 2],
        three: 3,
        half: 0.5,
        none: null,
      })
    })

    it('answers with what it found when a budget is spent, and says so', async () => {
      const projectId = newProject()
      await store(
        projectId,
        Array.from({ length: 20_000 }, (_, index) => sampleEvent({ timestamp: unixMicros(now - index), message: `message ${index}` })),
      )
      const ask = (text: string, budget: Partial<QueryOptions['budget']>) =>
        harness.store.query<{ count: number }>(text, { budget: { ...AMPLE.budget, ...budget } })
      const rows = await ask(`SELECT count() AS count FROM events WHERE project_id = ${projectId} AND message LIKE '%9%'`, { rowsToRead: 5_000 })
      expect(rows.partial?.reason).toBe('rows')
      const time = await ask(ENDLESS, { timeMs: 300 })
      expect(time.partial?.reason).toBe('time')
      expect(time.stats.elapsedMs).toBeLessThan(3_000)
      const memory = await ask('SELECT groupArray(number) AS count FROM numbers(100000000)', { memoryBytes: 20_000_000 })
      expect(memory).toMatchObject({ rows: [], partial: { reason: 'memory' } })
      expect(await ask('SELECT 1 AS count', {})).toMatchObject({ rows: [{ count: 1 }], partial: null })
    })

    it('gives nothing of a failed query to the one after it', async () => {
      const failing = 'SELECT number, throwIf(number = 200000) FROM numbers(300000)'
      const settings = { max_block_size: 1_000 }
      await Promise.all(
        Array.from({ length: 12 }, () =>
          expect(harness.store.query(failing, { ...AMPLE, settings })).rejects.toMatchObject({ code: 'engine-failed' }),
        ),
      )
      for (let time = 0; time < 12; time++) expect(await query('SELECT 1 AS one')).toEqual([{ one: 1 }])
    })

    it('stops a query that was called off, and lets the others go on', async () => {
      const abort = new AbortController()
      const started = performance.now()
      const endless = harness.store.query(ENDLESS, { ...AMPLE, signal: abort.signal })
      const other = query('SELECT sleep(0.5) AS slept')
      setTimeout(() => abort.abort(), 100)
      expect((await endless).partial?.reason).toBe('cancelled')
      expect(performance.now() - started).toBeLessThan(2_000)
      expect(await other).toEqual([{ slept: 0 }])
    })

    it('never begins a query that was called off while it waited', async () => {
      const abort = new AbortController()
      const endless = Array.from({ length: 12 }, () => harness.store.query(ENDLESS, { ...AMPLE, signal: abort.signal }))
      setTimeout(() => abort.abort(), 200)
      const answers = await Promise.all(endless)
      expect(answers.map(({ partial }) => partial?.reason)).toEqual(answers.map(() => 'cancelled'))
      const gone = new AbortController()
      gone.abort()
      expect((await harness.store.query('SELECT 1', { ...AMPLE, signal: gone.signal })).partial?.reason).toBe('cancelled')
    })

    it('answers many queries at once', async () => {
      const answers = await Promise.all(Array.from({ length: 60 }, (_, index) => query<{ index: number }>(`SELECT toUInt32(${index}) AS index`)))
      expect(answers.map(([row]) => row?.index)).toEqual(answers.map((_, index) => index))
    })

    it('blames a damaged block, and stores the next one', async () => {
      const projectId = newProject()
      const { block } = await blocks.build([{ projectId, events: [sampleEvent({ timestamp: now })] }])
      const path = join(harness.folder, 'damaged.native')
      writeFileSync(path, Buffer.from('this is not a block of anything, but long enough to be read as one'))
      await expect(harness.store.insert({ ...block, path, token: randomUUID() })).rejects.toMatchObject({ code: 'engine-failed' })
      await harness.store.insert(block)
      expect(await count(projectId)).toBe(1)
    })

    it('refuses a statement that is wrong, with a code', async () => {
      await expect(harness.store.query('SELECT nothing FROM nowhere', AMPLE)).rejects.toMatchObject({ code: 'engine-failed' })
      await expect(harness.store.query('SELEC 1', AMPLE)).rejects.toMatchObject({ code: 'engine-failed' })
    })

    it('counts events by minute as they are stored', async () => {
      const projectId = newProject()
      const minute = Math.floor(toMs(now) / 60_000) * 60_000_000
      const at = (offset: number, parts: Partial<Event>): Event => sampleEvent({ timestamp: unixMicros(minute + offset), ...parts })
      await store(projectId, [
        at(0, { level: 'error', service: 'api' }),
        at(59_999_999, { level: 'error', service: 'api' }),
        at(-1, { level: 'warn', service: 'web' }),
      ])
      const rows = await query(
        `SELECT level, service, toUnixTimestamp(minute) AS minute, sum(count) AS count FROM events_by_minute WHERE project_id = ${projectId} GROUP BY ALL ORDER BY minute`,
      )
      expect(rows).toEqual([
        { level: 'warn', service: 'web', minute: minute / 1_000_000 - 60, count: 1 },
        { level: 'error', service: 'api', minute: minute / 1_000_000, count: 2 },
      ])
    })

    it('deletes the events of one project and of no other', async () => {
      const [first, second] = [newProject(), newProject()]
      for (const projectId of [first, second])
        await store(
          projectId,
          Array.from({ length: 10 }, () => sampleEvent({ timestamp: now })),
        )
      await harness.store.deleteProject(first)
      await vi.waitFor(async () => expect([await count(first), await countInRollup(first)]).toEqual([0, 0]), { timeout: 100_000, interval: 200 })
      expect([await count(second), await countInRollup(second)]).toEqual([10, 10])
    })

    it('keeps everything over a restart, and brings the schema forward only once', async () => {
      const projectId = newProject()
      await store(projectId, [sampleEvent({ timestamp: now, message: 'kept' })])
      await harness.restart()
      await harness.store.migrate()
      expect((await readAll(projectId)).map(({ message }) => message)).toEqual(['kept'])
      const versions = await query<{ version: number }>('SELECT version FROM schema_versions ORDER BY version')
      expect(versions.map(({ version }) => version)).toEqual([...new Set(versions.map(({ version }) => version))])
    })

    it('says how much it holds', async () => {
      await harness.store.ping()
      const { rows, bytes, parts } = await harness.store.usage()
      expect(Math.min(rows, bytes, parts)).toBeGreaterThan(0)
    })

    it('lets running statements end when it closes, and takes no more', async () => {
      const running = harness.store.query<{ slept: number }>('SELECT sleep(1) AS slept', AMPLE)
      const closed = harness.store.close()
      await expect(harness.store.query('SELECT 1', AMPLE)).rejects.toMatchObject({ code: 'shutting-down' })
      expect((await running).rows).toEqual([{ slept: 0 }])
      await closed
      await harness.restart()
      await harness.store.ping()
    })
  })
}
