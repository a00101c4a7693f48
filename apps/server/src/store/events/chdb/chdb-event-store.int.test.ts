import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { EventStore } from '../event-store.ts'
import { AMPLE } from '../testing/store-subject.ts'
import { createChdbEventStore } from './chdb-event-store.ts'

const MEMORY_BYTES = 600_000_000

describe('embedded event store', () => {
  let folder: string
  let store: EventStore | undefined
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'heartwood-chdb-'))
  })
  afterEach(async () => {
    await store?.close()
    store = undefined
    rmSync(folder, { recursive: true, force: true })
  })
  const open = (): EventStore => {
    store = createChdbEventStore({ folder, memoryBytes: MEMORY_BYTES })
    return store
  }
  const failureOf = (work: () => unknown): unknown => {
    try {
      return work()
    } catch (error) {
      return error
    }
  }

  it('refuses a folder that the engine of another process has, and takes it when that one is gone', async () => {
    const script = `
      const { Session } = require('chdb')
      new Session(${JSON.stringify(folder)})
      console.log('open')
      process.stdin.resume()`
    const other = spawn(process.execPath, ['-e', script], { cwd: import.meta.dirname, stdio: ['pipe', 'pipe', 'inherit'] })
    await new Promise((resolve) => createInterface(other.stdout).once('line', resolve))
    try {
      expect(failureOf(open)).toMatchObject({ code: 'data-folder-locked' })
    } finally {
      const gone = new Promise((resolve) => other.once('exit', resolve))
      other.kill('SIGKILL')
      await gone
    }
    await open().ping()
  })

  it('refuses the folder twice in one process', async () => {
    await open().ping()
    expect(failureOf(() => createChdbEventStore({ folder, memoryBytes: MEMORY_BYTES }))).toMatchObject({ code: 'data-folder-locked' })
  })

  it('says what is wrong with a folder that cannot be made', () => {
    const file = join(folder, 'file')
    writeFileSync(file, '')
    expect(failureOf(() => createChdbEventStore({ folder: join(file, 'events'), memoryBytes: MEMORY_BYTES }))).toMatchObject({
      code: 'data-folder-unusable',
    })
  })

  it('leaves the thread free while queries run', async () => {
    const opened = open()
    await opened.ping()
    let longest = 0
    let last = performance.now()
    const timer = setInterval(() => {
      longest = Math.max(longest, performance.now() - last)
      last = performance.now()
    }, 5)
    await Promise.all([1, 2, 3].map(() => opened.query('SELECT sleep(1)', AMPLE)))
    clearInterval(timer)
    expect(longest).toBeLessThan(500)
  })

  it('answers small questions of its own while heavy queries hold all readers', async () => {
    const opened = open()
    const abort = new AbortController()
    const endless = 'SELECT count() FROM numbers(1000000000000) WHERE sipHash64(number) = 3'
    const heavy = Array.from({ length: 6 }, () => opened.query(endless, { ...AMPLE, signal: abort.signal, settings: { max_threads: 1 } }))
    const started = performance.now()
    await opened.ping()
    expect(performance.now() - started).toBeLessThan(2_000)
    abort.abort()
    await Promise.all(heavy)
  })

  it('keeps to the memory it was given', async () => {
    const opened = open()
    const settings = await opened.query<{ name: string; value: number }>(
      "SELECT name, toUInt64(value) AS value FROM system.server_settings WHERE name = 'max_server_memory_usage' OR name LIKE '%\\\\_cache\\\\_size'",
      AMPLE,
    )
    const values = new Map(settings.rows.map(({ name, value }) => [name, value]))
    expect(values.get('max_server_memory_usage')).toBe(MEMORY_BYTES)
    const ours = [
      'mark_cache_size',
      'primary_index_cache_size',
      'index_mark_cache_size',
      'text_index_tokens_cache_size',
      'text_index_header_cache_size',
      'text_index_postings_cache_size',
      'query_condition_cache_size',
    ]
    const caches = ours.reduce((sum, name) => sum + (values.get(name) ?? Number.POSITIVE_INFINITY), 0)
    expect(caches).toBeLessThan(MEMORY_BYTES / 2)
    const greedy = await opened.query('SELECT groupArray(number) FROM numbers(1000000000)', {
      budget: { ...AMPLE.budget, memoryBytes: 10_000_000_000 },
    })
    expect(greedy.partial?.reason).toBe('memory')
    expect(readdirSync(folder).length).toBeGreaterThan(0)
  })
})
