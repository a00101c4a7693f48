// A program that handles SIGTERM itself: it alone decides when the process ends.
import { info, init, stats } from '@heartwood/node'
import { printStatsAtExit, say } from './at-exit.mjs'

init({ service: 'own' })
printStatsAtExit(stats)
const busy = setInterval(() => {}, 1_000)
process.on('SIGTERM', () => {
  setTimeout(() => {
    info('goodbye')
    clearInterval(busy)
  }, 300)
})
info('hello')
say('READY')
