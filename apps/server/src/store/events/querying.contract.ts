import { unixMicros } from '@heartwood/protocol'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { sampleEvent } from './block/testing/sample-events.ts'
import type { QueryOptions } from './event-store.ts'
import { afterPlace, NEWEST_FIRST, sql } from './sql.ts'
import { AMPLE, type StoreSubject, wellFormed } from './testing/store-subject.ts'

/** A query that runs for minutes if nothing stops it. */
const ENDLESS = 'SELECT count() AS count FROM numbers(1000000000000) WHERE sipHash64(number) = 3'

/** What a query may do, what it answers, and how it ends. */
export const describeQuerying = (subject: StoreSubject): void => {
  const { count, newProject, query, store, now } = subject

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

  it('makes no SQL of what people send', async () => {
    const hostile = fc.sample(fc.oneof(fc.string({ unit: 'binary', maxLength: 60 }), fc.stringMatching(/^[\\'"`%_\0\n\r;)( -]{0,12}$/)), {
      numRuns: 300,
      seed: 3,
    })
    hostile.push("'; DROP TABLE events; --", "\\'; SELECT 1 --", '\\', "'", '\ud800', "x' UNION ALL SELECT * FROM file('/etc/passwd') --", '/*', '--')
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
      await expect(subject.harness.store.query(text, AMPLE), text).rejects.toMatchObject({ code: 'engine-failed' })
    }
  })

  it('lets no setting of a statement outlive it', async () => {
    const projectId = newProject()
    const small: QueryOptions = { ...AMPLE, settings: { max_result_rows: 1, result_overflow_mode: 'throw' } }
    await Promise.all(Array.from({ length: 8 }, () => subject.harness.store.query('SELECT 1', small)))
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
      subject.harness.store.query<{ count: number }>(text, { budget: { ...AMPLE.budget, ...budget } })
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
        expect(subject.harness.store.query(failing, { ...AMPLE, settings })).rejects.toMatchObject({ code: 'engine-failed' }),
      ),
    )
    for (let time = 0; time < 12; time++) expect(await query('SELECT 1 AS one')).toEqual([{ one: 1 }])
  })

  it('stops a query that was called off, and lets the others go on', async () => {
    const abort = new AbortController()
    const started = performance.now()
    const endless = subject.harness.store.query(ENDLESS, { ...AMPLE, signal: abort.signal })
    const other = query('SELECT sleep(0.5) AS slept')
    setTimeout(() => abort.abort(), 100)
    expect((await endless).partial?.reason).toBe('cancelled')
    expect(performance.now() - started).toBeLessThan(2_000)
    expect(await other).toEqual([{ slept: 0 }])
  })

  it('never begins a query that was called off while it waited', async () => {
    const abort = new AbortController()
    const endless = Array.from({ length: 12 }, () => subject.harness.store.query(ENDLESS, { ...AMPLE, signal: abort.signal }))
    setTimeout(() => abort.abort(), 200)
    const answers = await Promise.all(endless)
    expect(answers.map(({ partial }) => partial?.reason)).toEqual(answers.map(() => 'cancelled'))
    const gone = new AbortController()
    gone.abort()
    expect((await subject.harness.store.query('SELECT 1', { ...AMPLE, signal: gone.signal })).partial?.reason).toBe('cancelled')
  })

  it('answers many queries at once', async () => {
    const answers = await Promise.all(Array.from({ length: 60 }, (_, index) => query<{ index: number }>(`SELECT toUInt32(${index}) AS index`)))
    expect(answers.map(([row]) => row?.index)).toEqual(answers.map((_, index) => index))
  })

  it('refuses a statement that is wrong, with a code', async () => {
    await expect(subject.harness.store.query('SELECT nothing FROM nowhere', AMPLE)).rejects.toMatchObject({ code: 'engine-failed' })
    await expect(subject.harness.store.query('SELEC 1', AMPLE)).rejects.toMatchObject({ code: 'engine-failed' })
  })
}
