// Logs in bursts that fill the buffer, as many events as are asked for, and prints what memory the process took on the way as a line of JSON.
import { setTimeout } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { type Attributes, createClient } from '@heartwood/node'

const { values } = parseArgs({
  options: { endpoint: { type: 'string', default: '' }, events: { type: 'string', default: '' }, burst: { type: 'string', default: '' } },
})
const events = Number(values.events)
const burst = Number(values.burst)
/** Between bursts. */
const PAUSE_MS = 5
/** Each so many bursts one that is more than memory may hold. */
const FLOOD_EVERY = 500
const FLOOD = 60_000
const SAMPLES = 40

const client = createClient({ endpoint: values.endpoint, apiKey: 'hw_bench', service: 'bench' })
const child = client.child({ module: 'payments', tenant: 'acme' })
const fields = (index: number): Attributes => ({ orderId: `A-${index}`, amount: 12.5, items: index, paid: true })

interface Sample {
  readonly events: number
  readonly rss: number
  readonly heapUsed: number
}
const samples: Sample[] = []
let peak = 0
const sample = (at: number): void => {
  peak = Math.max(peak, process.memoryUsage.rss())
  // What is garbage by then is no leak.
  globalThis.gc?.()
  const { rss, heapUsed, external } = process.memoryUsage()
  samples.push({ events: at, rss, heapUsed: heapUsed + external })
}

let logged = 0
const log = (count: number): void =>
  client.withScope((scope) => {
    scope.setUser({ id: logged, plan: 'pro' }).setRequestId(`req-${logged}`).addBreadcrumb({ message: 'cart opened' })
    for (let index = 1; index < count; index++) {
      if (index % 2 === 0) client.info('order placed', fields(index))
      else child.info('order placed', fields(index))
    }
    client.error('payment failed', new RangeError(`card ${logged} declined`))
    logged += count
  })

for (let bursts = 1; logged < events; bursts++) {
  log(Math.min(bursts % FLOOD_EVERY === 0 ? FLOOD : burst, events - logged))
  if (logged >= (events / SAMPLES) * (samples.length + 1)) sample(logged)
  else if (bursts % 20 === 0) peak = Math.max(peak, process.memoryUsage.rss())
  await setTimeout(PAUSE_MS)
}
const { buffered } = client.stats()
await client.close(10_000)
console.log(JSON.stringify({ samples, peak, buffered, stats: client.stats() }))
process.exit()
