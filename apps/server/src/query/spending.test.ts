import { expect, it } from 'vitest'
import { cancelledAnswer } from '../store/events/statement.ts'
import { DEFAULT_BUDGET, startSpending } from './spending.ts'

it('ends a request whose client has left with a code of its own', async () => {
  const store = { query: async <Row>() => cancelledAnswer<Row>() }
  await expect(startSpending(store, DEFAULT_BUDGET, AbortSignal.abort()).query('SELECT 1')).rejects.toMatchObject({ code: 'request-cancelled' })
})
