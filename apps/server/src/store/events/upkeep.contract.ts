import { unixMicros } from '@heartwood/protocol'
import { expect, it, vi } from 'vitest'
import { sampleEvent } from './block/testing/sample-events.ts'
import { AMPLE, type StoreSubject } from './testing/store-subject.ts'

/** What becomes of stored events with time, and of the store itself. Ends with a restart. */
export const describeUpkeep = (subject: StoreSubject): void => {
  const { count, countInRollup, newProject, query, readAll, store, now } = subject

  it('merges the parts of a week at rest, and leaves alone what is merged or fresh', async () => {
    const projectId = newProject()
    const week = now - 20 * 86_400_000_000
    for (let part = 0; part < 4; part++) {
      await store(
        projectId,
        Array.from({ length: 50 }, (_, index) => sampleEvent({ timestamp: unixMicros(week + index) })),
      )
    }
    const isDone = async (rest: number): Promise<boolean> => !(await subject.harness.store.consolidate(rest))
    expect(await isDone(3_600)).toBe(true)
    while (!(await isDone(0)));
    const [parts] = await query<{ count: number }>(
      `SELECT count() AS count FROM system.parts WHERE active AND table = 'events' AND partition = toString(toMonday(fromUnixTimestamp64Micro(toInt64(${week}), 'UTC')))`,
    )
    expect([parts?.count, await count(projectId), await countInRollup(projectId)]).toEqual([1, 200, 200])
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

  it('deletes the events of one project and of no other', async () => {
    const [first, second] = [newProject(), newProject()]
    for (const projectId of [first, second])
      await store(
        projectId,
        Array.from({ length: 10 }, () => sampleEvent({ timestamp: now })),
      )
    await subject.harness.store.deleteProject(first)
    await vi.waitFor(async () => expect([await count(first), await countInRollup(first)]).toEqual([0, 0]), { timeout: 100_000, interval: 200 })
    expect([await count(second), await countInRollup(second)]).toEqual([10, 10])
  })

  it('keeps everything over a restart, and brings the schema forward only once', async () => {
    const projectId = newProject()
    await store(projectId, [sampleEvent({ timestamp: now, message: 'kept' })])
    await subject.harness.restart()
    await subject.harness.store.migrate()
    expect((await readAll(projectId)).map(({ message }) => message)).toEqual(['kept'])
    const versions = await query<{ version: number }>('SELECT version FROM schema_versions ORDER BY version')
    expect(versions.map(({ version }) => version)).toEqual([...new Set(versions.map(({ version }) => version))])
  })

  it('says how much it holds', async () => {
    await subject.harness.store.ping()
    const { rows, bytes, parts } = await subject.harness.store.usage()
    expect(Math.min(rows, bytes, parts)).toBeGreaterThan(0)
  })

  it('lets running statements end when it closes, and takes no more', async () => {
    const running = subject.harness.store.query<{ slept: number }>('SELECT sleep(1) AS slept', AMPLE)
    const closed = subject.harness.store.close()
    await expect(subject.harness.store.query('SELECT 1', AMPLE)).rejects.toMatchObject({ code: 'shutting-down' })
    expect((await running).rows).toEqual([{ slept: 0 }])
    await closed
    await subject.harness.restart()
    await subject.harness.store.ping()
  })
}
