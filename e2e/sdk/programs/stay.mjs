// Runs as a server does: logs an event every few milliseconds until somebody ends it. Says how many there were, since a signal leaves no time for it.
// `stats` on stdin prints the counts; `end` ends it the quiet way.
import { createInterface } from 'node:readline'
import { info, init, stats } from '@heartwood/node'
import { printStats, printStatsAtExit, say } from './at-exit.mjs'

const [everyMs = '5', stopAfter = 'Infinity'] = process.argv.slice(2)
init({ service: 'stay' })
printStatsAtExit(stats)
let n = 0
const timer = setInterval(() => {
  if (n >= Number(stopAfter)) return
  info(`event ${n}`, { n })
  n += 1
  say(`CAPTURED ${n}`)
}, Number(everyMs))
const input = createInterface({ input: process.stdin })
input.on('line', (line) => {
  if (line === 'stats') printStats(stats)
  if (line !== 'end') return
  clearInterval(timer)
  input.close()
  // An open pipe would keep the program alive.
  process.stdin.destroy()
})
say('READY')
