// Its key is refused; somebody gives it a new one while it runs.
import { createInterface } from 'node:readline'
import { flush, info, init, reconfigure, stats } from '@heartwood/node'
import { printStats, printStatsAtExit } from './at-exit.mjs'

init({ service: 'key' })
printStatsAtExit(stats)
for (let n = 0; n < 10; n++) info(`event ${n}`)
await flush(2_000)
printStats(stats)
info('event 10')
const input = createInterface({ input: process.stdin })
input.on('line', (key) => {
  reconfigure({ apiKey: key })
  info('event 11')
  input.close()
  process.stdin.destroy()
})
