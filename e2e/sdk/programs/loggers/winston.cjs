// A winston that is required, as most are.
const { init, stats, withScope } = require('@heartwood/node')
const { winstonTransport } = require('@heartwood/node/winston')
const { writeSync } = require('node:fs')
const winston = require('winston')

init({ service: 'shop', minLevel: 'trace' })
process.on('exit', () => writeSync(1, `STATS ${JSON.stringify(stats())}\n`))
const npm = winston.createLogger({ level: 'silly', defaultMeta: { app: 'shop' }, transports: [winstonTransport()] })
withScope((scope) => {
  scope.setRequestId('req-7')
  npm.info('in a request', { order: 'A-1' })
})
for (const level of ['http', 'verbose', 'debug', 'silly']) npm.log(level, `npm ${level}`)
npm.error(Object.assign(new TypeError('query failed', { cause: new Error('reset') }), { code: 'E_QUERY' }))
npm.error('order lost:', new RangeError('too far'))
npm.warn('%s took %d ms', 'query', 12, { slow: true })
npm.child({ module: 'db' }).info('of a child')

const { combine, errors, splat, timestamp, colorize, json } = winston.format
const syslog = winston.createLogger({
  levels: winston.config.syslog.levels,
  level: 'debug',
  format: combine(errors({ stack: true }), splat(), timestamp(), colorize({ all: true }), json()),
  transports: [winstonTransport({ level: 'notice' })],
})
syslog.crit('disk %s is full', 'a', { percent: 100 })
syslog.notice('syslog notice')
syslog.info('not wanted of this transport')
syslog.error(new RangeError('formatted'))
syslog.on('finish', () => console.log(`FINISHED with ${stats().buffered} left`))
syslog.end()
