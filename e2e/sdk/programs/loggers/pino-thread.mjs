// A pino whose transport runs in its worker thread. Logs so many lines in one turn, then ends as it is told: by itself, or by process.exit.
import { pino } from 'pino'

const [count, end] = process.argv.slice(2)
const { HEARTWOOD_ENDPOINT: endpoint, HEARTWOOD_API_KEY: apiKey, HEARTWOOD_SPOOL: spool } = process.env
const options = { endpoint, apiKey, service: 'till', levelNames: { audit: 'warn' }, ...(spool === undefined ? {} : { spool }) }
const target = '@heartwood/node/pino-transport'
const logger = pino({
  customLevels: { audit: 35 },
  transport:
    end === 'several'
      ? {
          targets: [
            { target, options },
            { target: 'pino/file', options: { destination: '/dev/null' } },
          ],
        }
      : { target, options },
})
for (let n = 0; n < Number(count); n++) logger.info({ n }, `line ${n}`)
logger.audit({ traceId: '0af7651916cd43dd8448eb211c80319c' }, 'role changed')
// Not a `level` of its own: pino itself chooses among several targets by the last one of the line.
logger.warn({ time: 35 }, 'a field of the same name')
logger.error(new TypeError('query failed', { cause: new Error('reset') }), 'order lost')
if (end === 'flush') {
  logger.flush(() => console.log('FLUSHED'))
}
if (end === 'exit') process.exit(3)
// The worker takes longer to start than this turn.
if (end === 'exit-later') setTimeout(() => process.exit(3), 500)
