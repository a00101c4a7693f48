import { unixMs } from '@heartwood/protocol'
import { describe, expect, it } from 'vitest'
import type { EventStore } from '../../store/events/event-store.ts'
import { createLogs } from './service.ts'

const range = { from: '2026-11-20T00:00:00Z', to: '2026-11-21T00:00:00Z' }
const DAY_MICROS = 86_400_000_000

/** Answers by the share of the day that a statement asks for, and remembers the shares. */
const createEvenStore = (answer: (share: number) => { rows: object[]; rowsRead: number }) => {
  const shares: number[] = []
  const query = async (sql: string) => {
    const [from = 0, to = 0] = [...sql.matchAll(/fromUnixTimestamp64Micro\((\d+)/g)].map(([, micros]) => Number(micros))
    const share = (to - from) / DAY_MICROS
    shares.push(share)
    const { rows, rowsRead } = answer(share)
    return { rows, partial: null, stats: { elapsedMs: 1, rowsRead, bytesRead: 0 } }
  }
  // Only queries are run here.
  return { store: { query } as unknown as EventStore, shares }
}
const now = () => unixMs(Date.UTC(2026, 10, 21))

describe('values of a field', () => {
  it('are counted in the newest events when those say enough, and the answer says so', async () => {
    const { store, shares } = createEvenStore((share) => ({ rows: [{ value: 'eu', total: 1_000_000 * share }], rowsRead: 1_000_000 * share }))
    const { values, partial } = await createLogs({ store, now }).values(1, { ...range, q: '', field: 'region', contains: '', limit: 20 })
    expect(values).toEqual([{ value: 'eu', count: expect.any(Number) }])
    expect(partial?.reason).toBe('rows')
    expect(Math.max(...shares)).toBeLessThan(0.5)
  })

  it('are looked for in all events while too few of them were found', async () => {
    const { store, shares } = createEvenStore((share) => ({ rows: [{ value: 'eu', total: 3 }], rowsRead: 1_000_000 * share }))
    const { values, partial } = await createLogs({ store, now }).values(1, { ...range, q: '', field: 'region', contains: 'e', limit: 20 })
    expect({ values, partial }).toEqual({ values: [{ value: 'eu', count: 3 }], partial: null })
    expect(shares.at(-1)).toBe(1)
  })
})

describe('names of fields', () => {
  it('come from few events also when the engine counts without reading', async () => {
    const { store, shares } = createEvenStore((share) => ({ rows: [{ name: 't:region', rows: Math.floor(1_000_000 * share) }], rowsRead: 3 }))
    const logs = createLogs({ store, now })
    for (let i = 0; i < 3; i++) await logs.fields(1, { ...range, q: '' })
    expect(Math.max(...shares)).toBeLessThan(0.2)
  })
})
