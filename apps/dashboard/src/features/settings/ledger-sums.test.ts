import { expect, it } from 'vitest'
import { refusedTotal, sumLedger, unaccounted } from './ledger-sums.ts'

it('adds the rows of the ledger up and says what none of the columns holds', () => {
  const total = sumLedger([
    { received: 10, stored: 6, queued: 1, deadLettered: 0, refused: { malformed: 3 } },
    { received: 5, stored: 2, queued: 0, deadLettered: 1, refused: { malformed: 1, expired: 0 } },
  ])
  expect(total).toEqual({ received: 15, stored: 8, queued: 1, deadLettered: 1, refused: { malformed: 4, expired: 0 } })
  expect([refusedTotal(total), unaccounted(total)]).toEqual([4, 1])
})
