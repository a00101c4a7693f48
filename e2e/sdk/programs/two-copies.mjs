// The package lies in two folders, as it does when two dependencies want it: whoever logs, there is one client.
import * as first from '@heartwood/node'
import { printStatsAtExit } from './at-exit.mjs'

const second = await import(process.argv[2])
first.init({ service: 'twice' })
printStatsAtExit(second.stats)
first.info('event 0')
second.info('event 1')
first.withScope((scope) => {
  scope.setUser({ id: 'u-1' })
  second.info('event 2')
})
setTimeout(() => {
  throw new Error('told once')
}, 20)
