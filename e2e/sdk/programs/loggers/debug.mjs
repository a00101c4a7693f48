// The package `debug`, with DEBUG=shop:* in the environment.
import { debugCapture, init } from '@heartwood/node'
import debug from 'debug'

init({ service: 'shop', integrations: [debugCapture(debug)] })
const db = debug('shop:db')
db('query %o took %d ms', { table: 'orders' }, 12, { rows: 2 })
db.extend('pool')('lost %s', 'connection', new TypeError('reset'))
db(new RangeError('too far'))
debug('other')('is not enabled')
const own = debug('shop:own')
own.log = () => {}
own('with its own output')
