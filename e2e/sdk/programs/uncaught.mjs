// Dies of an error that nobody catches, on a turn of its own, with events still in memory.
import { info, init, stats } from '@heartwood/node'
import { printStatsAtExit } from './at-exit.mjs'

init({ service: 'crash' })
printStatsAtExit(stats)
for (let n = 0; n < 10; n++) info(`event ${n}`)
setTimeout(() => {
  throw new TypeError('nobody caught this')
}, 20)
setInterval(() => {}, 1_000)
