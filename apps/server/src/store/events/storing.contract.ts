import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Event, toMs, unixMicros } from '@heartwood/protocol'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createBlockEncoder } from './block/block-encoder.ts'
import { createInlineBlockBuilder } from './block/block-thread.ts'
import { createIdSource } from './block/id-source.ts'
import { anyEvent, sampleEvent, withAttributes } from './block/testing/sample-events.ts'
import type { SealedBlock } from './event-store.ts'
import { eventToJson } from './rows/event-row.ts'
import { NEWEST_FIRST } from './sql.ts'
import { type StoreSubject, wellFormed } from './testing/store-subject.ts'

/** What is stored is there once, whole, and counted. */
export const describeStoring = (subject: StoreSubject): void => {
  const { count, countInRollup, newProject, query, readAll, store, now } = subject

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
    const { block } = await subject.blocks.build([{ projectId, events: Array.from({ length: 1_000 }, () => sampleEvent({ timestamp: now })) }])
    await subject.harness.store.insert(block)
    await subject.harness.store.insert(block)
    await subject.harness.restart()
    await subject.harness.store.insert(block)
    expect([await count(projectId), await countInRollup(projectId)]).toEqual([1_000, 1_000])
  })

  it('recognises the token of a block that spans days and projects', async () => {
    const [first, second] = [newProject(), newProject()]
    const DAY = 86_400_000_000
    const events = Array.from({ length: 200 }, (_, index) => sampleEvent({ timestamp: unixMicros(now - (index % 12) * DAY) }))
    const { block } = await subject.blocks.build([
      { projectId: first, events },
      { projectId: second, events: events.slice(0, 50) },
    ])
    for (let time = 0; time < 3; time++) await subject.harness.store.insert(block)
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
      const path = join(subject.harness.folder, `${name}.native`)
      return { ...(await builder.seal(path)), path, token: `interrupted-${first}`, mayBeStored: false }
    }
    const counts = async () => [await count(first), await countInRollup(first), await count(second), await countInRollup(second)]
    await subject.harness.store.insert(await seal('part', [stored, first]))
    const whole = await seal('whole', [stored, first], [lost, first], [lost, second])
    await subject.harness.store.insert({ ...whole, mayBeStored: true })
    expect(await counts()).toEqual([100, 100, 40, 40])
    await subject.harness.store.insert({ ...whole, mayBeStored: true })
    await subject.harness.store.insert(whole)
    expect(await counts()).toEqual([100, 100, 40, 40])
  })

  it('ends an insert when its signal fires, and completes it when the block comes again', async () => {
    const projectId = newProject()
    const events = Array.from({ length: 150 }, (_, index) =>
      sampleEvent({ timestamp: unixMicros(now - index * 20 * 86_400_000_000), retentionDays: 3_650 }),
    )
    const { block } = await subject.blocks.build([{ projectId, events }])
    const ending = new AbortController()
    const inserted = subject.harness.store.insert(block, ending.signal)
    ending.abort()
    await expect(inserted).rejects.toMatchObject({ code: 'engine-unavailable' })
    await subject.harness.store.insert({ ...block, mayBeStored: true })
    expect([await count(projectId), await countInRollup(projectId)]).toEqual([150, 150])
  })

  it('stores equal rows again when their token is another', async () => {
    const projectId = newProject()
    const { block } = await subject.blocks.build([{ projectId, events: [sampleEvent({ timestamp: now, message: 'again' })] }])
    await subject.harness.store.insert(block)
    await subject.harness.store.insert({ ...block, token: randomUUID() })
    expect([await count(projectId), await countInRollup(projectId)]).toEqual([2, 2])
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

  it('blames a damaged block, and stores the next one', async () => {
    const projectId = newProject()
    const { block } = await subject.blocks.build([{ projectId, events: [sampleEvent({ timestamp: now })] }])
    const path = join(subject.harness.folder, 'damaged.native')
    writeFileSync(path, Buffer.from('this is not a block of anything, but long enough to be read as one'))
    await expect(subject.harness.store.insert({ ...block, path, token: randomUUID() })).rejects.toMatchObject({ code: 'engine-failed' })
    await subject.harness.store.insert(block)
    expect(await count(projectId)).toBe(1)
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
}
