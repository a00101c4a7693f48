// Dies of a promise that nobody handles.
import { info, init, stats } from '@heartwood/node'
import { printStatsAtExit } from './at-exit.mjs'

init({ service: 'crash' })
printStatsAtExit(stats)
for (let n = 0; n < 10; n++) info(`event ${n}`)
setTimeout(() => void Promise.reject(new RangeError('nobody handled this')), 20)
setInterval(() => {}, 1_000)
