import { DROP_REASONS, type DropReason } from '@heartwood/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createLedger } from './ledger.ts'

const account = { projectId: 1, door: 'native', keyId: 'k' }

describe('ledger', () => {
  it('follows entries from the door to the store', () => {
    const ledger = createLedger()
    ledger.refused(account, 'malformed', 2)
    ledger.queued(account, 10)
    ledger.queued(account, 5)
    ledger.withdrawn(account, 'queue-full', 5)
    ledger.stored(account, 7)
    ledger.deadLettered(account, 3)
    expect(ledger.snapshot()).toEqual([
      { ...account, received: 17, stored: 7, queued: 0, deadLettered: 3, refused: { malformed: 2, 'queue-full': 5 } },
    ])
    ledger.replayed(account, 3)
    expect(ledger.snapshot(1)[0]).toMatchObject({ received: 17, queued: 3, deadLettered: 0 })
    expect(ledger.snapshot(2)).toEqual([])
  })

  it('begins with what an earlier process left, so that storing it takes nothing from what came since', () => {
    const ledger = createLedger({ waiting: [{ ...account, rows: 100 }], deadLettered: [{ ...account, rows: 7 }] })
    ledger.queued(account, 50)
    ledger.stored(account, 100)
    expect(ledger.snapshot()[0]).toMatchObject({ received: 157, stored: 100, queued: 50, deadLettered: 7 })
  })

  it('takes a replay back that failed', () => {
    const ledger = createLedger({ waiting: [], deadLettered: [{ ...account, rows: 7 }] })
    const before = ledger.snapshot()
    ledger.replayed(account, 7)()
    expect(ledger.snapshot()).toEqual(before)
  })

  it('adds up at every moment', () => {
    const reason = fc.constantFrom(...(Object.keys(DROP_REASONS) as DropReason[]))
    const step = fc.tuple(
      fc.constantFrom('refused', 'queued', 'takenBack', 'withdrawn', 'stored', 'deadLettered', 'replayed', 'discarded'),
      reason,
      fc.nat(50),
      fc.constantFrom('a', 'b'),
    )
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const ledger = createLedger()
        for (const [name, why, entries, keyId] of steps) {
          if (name === 'refused' || name === 'withdrawn' || name === 'discarded') ledger[name]({ ...account, keyId }, why, entries)
          else ledger[name as 'queued' | 'takenBack' | 'stored' | 'deadLettered' | 'replayed']({ ...account, keyId }, entries)
        }
        for (const row of ledger.snapshot()) {
          const refused = Object.values(row.refused).reduce((sum, count) => sum + count, 0)
          expect(row.received).toBe(row.stored + row.queued + row.deadLettered + refused)
          expect(Math.min(row.stored, row.queued, row.deadLettered)).toBeGreaterThanOrEqual(0)
        }
      }),
    )
  })
})
