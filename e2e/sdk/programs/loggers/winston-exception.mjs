// winston catches what nobody else has caught, and ends the process.
import { init } from '@heartwood/node'
import { winstonTransport } from '@heartwood/node/winston'
import winston from 'winston'

init({ service: 'shop', integrations: [] })
winston.createLogger({ transports: [winstonTransport({ handleExceptions: true })] })
setTimeout(() => {
  throw new TypeError('nobody caught it')
}, 10)
