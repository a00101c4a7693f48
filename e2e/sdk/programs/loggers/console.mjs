// Writes to a console that is captured, or (with `plain`) to one that is not: both must write the same.
import { close, consoleCapture, error, init } from '@heartwood/node'

const isCaptured = process.argv[2] !== 'plain'
const options = {
  service: 'shop',
  minLevel: 'debug',
  // Each of them would make an event that makes another.
  beforeSend(event) {
    console.log('before send')
    return event
  },
  onError: () => console.error('on error'),
}
const original = console.warn
if (isCaptured) init({ ...options, integrations: [consoleCapture()] })

function placeOrder() {
  console.warn('order %s is late', 'A-1', { customer: { id: 7 } })
  console.error('payment failed')
  console.error('payment failed:', new TypeError('card refused'))
}
placeOrder()
console.log('\u001b[32mgreen\u001b[39m', 1, [2])
console.info({ a: 1 })
console.debug('debug')
console.assert(true, 'holds')
console.assert(false, 'does not hold: %d', 2)
console.table([{ a: 1 }])
console.group('group')
console.log('in it')
console.groupEnd()
console.count()
console.trace('here')
console.dir({ deep: { er: 1 } }, { depth: 0 })
if (isCaptured) {
  error('from the SDK')
  await close()
  if (console.warn !== original) throw new Error('not restored')
  console.warn('after close')
} else {
  console.warn('after close')
}
