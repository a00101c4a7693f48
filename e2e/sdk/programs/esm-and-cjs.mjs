// An ES module and a CommonJS dependency of it both log.
import { createRequire } from 'node:module'
import * as esm from '@heartwood/node'
import { printStatsAtExit } from './at-exit.mjs'

const cjs = createRequire(import.meta.url)('@heartwood/node')
const early = cjs.child({ from: 'before init' })
esm.init({ service: 'both' })
printStatsAtExit(cjs.stats)
esm.info('event 0')
cjs.info('event 1')
esm.withScope((scope) => {
  scope.setUser({ id: 'u-1' })
  cjs.info('event 2')
})
early.info('event 3')
