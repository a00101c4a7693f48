// The clock of the machine jumps an hour ahead, then a day back, while events wait.
import { flush, info, init, stats } from '@heartwood/node'
import { printStatsAtExit } from './at-exit.mjs'

const real = Date.now
let shift = 0
Date.now = () => real() + shift

init({ service: 'clock' })
printStatsAtExit(stats)
let n = 0
for (const jump of [0, 3_600_000, -86_400_000, 0]) {
  shift = jump
  for (let i = 0; i < 10; i++) info(`event ${n++}`)
  // Long enough for timers to be set before the next jump and to run after it.
  await new Promise((resolve) => setTimeout(resolve, 150))
}
await flush()
