// Ends itself in the turn in which it logged: there is no later turn to send in.
import { info, init, stats } from '@heartwood/node'
import { printStatsAtExit } from './at-exit.mjs'

init({ service: 'exit' })
printStatsAtExit(stats)
for (let n = 0; n < 100; n++) info(`event ${n}`)
process.exit(3)
