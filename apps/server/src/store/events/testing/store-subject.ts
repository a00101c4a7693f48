import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { type Event, type EventJson, unixMicros } from '@heartwood/protocol'
import { expect } from 'vitest'
import { createBlockEncoder } from '../block/block-encoder.ts'
import { createInlineBlockBuilder } from '../block/block-thread.ts'
import { createIdSource } from '../block/id-source.ts'
import type { EventStore, QueryOptions, SealedBlock } from '../event-store.ts'
import { type EventRow, FULL_COLUMNS, toEventJson } from '../rows/event-row.ts'

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

/** As the store has texts: with U+FFFD for lone surrogates. */
export const wellFormed = <Value>(value: Value): Value =>
  JSON.parse(JSON.stringify(value).replace(/\\u[dD][89a-fA-F][0-9a-fA-F]{2}/g, '\ufffd')) as Value

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

/** The store that a contract is about, and short ways to fill and read it. Every test has a project of its own. */
export type StoreSubject = ReturnType<typeof createStoreSubject>

/** @param opened the store, once it is open. */
export const createStoreSubject = (opened: () => { harness: StoreHarness; blocks: ReturnType<typeof createBlocks> }) => {
  let lastProject = 0
  const query = async <Row>(text: string, options = AMPLE): Promise<Row[]> => {
    const { rows, partial } = await opened().harness.store.query<Row>(text, options)
    expect(partial).toBeNull()
    return rows
  }
  const store = async (projectId: number, events: readonly Event[], token?: string): Promise<string[]> => {
    const { block, ids } = await opened().blocks.build([{ projectId, events }], token)
    await opened().harness.store.insert(block)
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

  return {
    get harness() {
      return opened().harness
    },
    get blocks() {
      return opened().blocks
    },
    now: unixMicros(Date.now() * 1000),
    newProject: (): number => ++lastProject,
    query,
    store,
    count,
    countInRollup,
    readAll,
  }
}
