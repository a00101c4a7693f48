import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Event } from '@heartwood/protocol'
import { createBlockEncoder } from '../../store/events/block/block-encoder.ts'
import { createInlineBlockBuilder } from '../../store/events/block/block-thread.ts'
import { createIdSource } from '../../store/events/block/id-source.ts'
import { createChdbEventStore } from '../../store/events/chdb/chdb-event-store.ts'
import type { EventStore } from '../../store/events/event-store.ts'

/** For tests: an engine of its own in a folder that goes away with it. */
export interface TestStore {
  store: EventStore
  /** Stores events in the order given. @returns their ids. */
  load(projectId: number, events: readonly Event[]): Promise<string[]>
  close(): Promise<void>
}

export async function createTestStore(): Promise<TestStore> {
  const folder = mkdtempSync(join(tmpdir(), 'heartwood-search-'))
  const store = createChdbEventStore({ folder: join(folder, 'engine'), memoryBytes: 1024 ** 3 })
  await store.migrate()
  const builder = createInlineBlockBuilder()
  const ids = createIdSource()
  let batch = 0
  return {
    store,
    async load(projectId, events) {
      const encoder = createBlockEncoder(ids)
      const made = events.map((event) => {
        encoder.append(event)
        return encoder.lastId()
      })
      builder.append(encoder.finish(), projectId)
      const path = join(folder, `${++batch}.native`)
      await store.insert({ path, token: `test:${batch}`, mayBeStored: false, ...(await builder.seal(path)) })
      rmSync(path)
      return made
    },
    async close() {
      await store.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** A budget that no test reaches. */
export const AMPLE = { timeMs: 60_000, memoryBytes: 1024 ** 3, rowsToRead: 1_000_000_000 }
