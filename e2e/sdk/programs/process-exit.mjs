// Ends itself in the turn in which it logged, and logs once more while it ends: there is no later turn to send in. With the name of a signal: in its listener for that.
import { info, init, stats } from '@heartwood/node'
import { printStatsAtExit, say } from './at-exit.mjs'

const [signal] = process.argv.slice(2)
init({ service: 'exit' })
process.on('exit', () => info('event 99'))
printStatsAtExit(stats)
const end = () => {
  for (let n = 0; n < 99; n++) info(`event ${n}`)
  process.exit(3)
}
if (signal === undefined) end()
process.on(signal, end)
setInterval(() => {}, 1_000)
say('READY')
