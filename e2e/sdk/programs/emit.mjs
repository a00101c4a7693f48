// Logs so many events in one turn and has nothing else to do. Ends by itself.
import { info, init, stats } from '@heartwood/node'
import { printStatsAtExit } from './at-exit.mjs'

const [count = '1', name = 'event'] = process.argv.slice(2)
init({ service: 'emit' })
printStatsAtExit(stats)
for (let n = 0; n < Number(count); n++) info(`${name} ${n}`, { n })
