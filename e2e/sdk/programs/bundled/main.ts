// A program that is bundled into one file together with the SDK. What it says leaves at its end, by the SDK's worker thread.
import { audit, captureException, error, info, init } from '@heartwood/node'
import { placeOrder } from './place-order.ts'

init({ service: 'shop' })
info('started')
try {
  placeOrder({ id: 'A-1', lines: 0 })
} catch (problem) {
  error(problem)
  captureException('refused')
  audit('order.refused', 'ann')
}
process.exit(3)
