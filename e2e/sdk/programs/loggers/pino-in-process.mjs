// A pino in this thread, in a scope.
import { init, stats, withScope } from '@heartwood/node'
import { pinoMixin, pinoStream } from '@heartwood/node/pino'
import { pino } from 'pino'
import { printStatsAtExit } from '../at-exit.mjs'

init({ service: 'shop', minLevel: 'debug' })
printStatsAtExit(stats)
const said = []
const logger = pino(
  { level: 'trace', customLevels: { audit: 35 }, redact: ['card.number'], mixin: pinoMixin() },
  pino.multistream([
    { level: 'trace', stream: pinoStream({ levelNames: { audit: 'warn' } }) },
    { level: 'trace', stream: { write: (line) => said.push(line) } },
  ]),
)
withScope((scope) => {
  scope.setTrace({ traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' })
  scope.setRequestId('req-7').setUser({ id: 'u-1', plan: 'pro' })
  logger.info({ card: { number: '4111' }, order: { id: 'A-1' } }, 'order %s placed', 'A-1')
})
logger.audit('role changed')
logger.info({ time: 35, level: 'gold' }, 'fields of the same names')
logger.trace('below the least level')
const cause = new Error('reset')
logger.child({ module: 'db' }).error(Object.assign(new TypeError('query failed', { cause }), { code: 'E_QUERY' }), 'order lost')
logger.fatal(new RangeError('alone'))
pino(pinoStream()).info('to the stream alone')
console.log(`LINES ${said.length}`)
