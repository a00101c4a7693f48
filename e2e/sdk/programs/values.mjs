// What JSON cannot hold, and what throws when it is looked at.
import { info, init, stats } from '@heartwood/node'
import { printStatsAtExit } from './at-exit.mjs'

init({ service: 'values' })
printStatsAtExit(stats)
const cycle = { name: 'cycle' }
cycle.self = cycle
const hostile = {
  get trap() {
    throw new Error('do not look')
  },
}
const values = { big: 2n ** 80n, cycle, hostile, map: new Map([['a', 1]]), set: new Set([1]), error: new TypeError('inside'), date: new Date(0) }
Object.assign(values, { buffer: Buffer.from('abc'), symbol: Symbol('s'), none: undefined, fn: () => 1, huge: 'x'.repeat(5_000_000), nan: Number.NaN })
for (const [name, value] of Object.entries(values)) info(`value ${name}`, { value })
info('revoked', {
  value: (() => {
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    return proxy
  })(),
})
