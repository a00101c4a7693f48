// What a program of TypeScript's strictest settings writes. It is compiled, not run.
import * as heartwood from '@heartwood/node'
import {
  type Client,
  createClient,
  type EventOptions,
  flow,
  type Integration,
  init,
  type Level,
  type OutgoingEvent,
  outgoingRequests,
  withScope,
} from '@heartwood/node'

const level: Level = 'warn'
const options: EventOptions = { tags: ['a'], user: { id: 1, plan: 'pro' }, perf: { durationMs: 1 }, fingerprint: ['a', 'b'] }
const integration: Integration<Client> = { name: 'own', setup: (client) => client.onEvent((event: OutgoingEvent) => void event.message) }

export const client: Client = init({
  endpoint: 'http://127.0.0.1:4600',
  service: 'shop',
  minLevel: level,
  redact: { patterns: ['email', /secret-\d+/], keys: ['pin'] },
  sampleRate: { debug: 0.1 },
  spool: { directory: '/tmp/spool' },
  integrations: (defaults) => [...defaults, integration],
  beforeSend: (event) => (event.level === 'debug' ? null : event),
})
const id: string = heartwood.info('message', { n: 1n, deep: { list: [new Date()] } }, options)
heartwood.error(new Error('failed'))
heartwood.error('failed', new Error('why'), { attributes: { id } })
heartwood.error({ anything: true })
const n: number = withScope((scope) => {
  scope.setUser({ id: 'u-1' }).addTags('a', 'b').setContext('order', { id: 7 })
  return 7
})
const run = flow('checkout')
run.child({ n }).warn('step')
await run.run(async () => heartwood.info('inside'))
const done: boolean = await client.flush(100)
heartwood.log(done ? 'info' : 'error', 'done')
await createClient({ enabled: false }).close()
// Undefined means absent wherever something may be absent, as process.env and optional chains have it.
const absent: { apiKey?: string; user?: { name: string } } = {}
const unset = createClient({
  apiKey: absent.apiKey,
  enabled: false,
  redact: { keys: undefined },
  spool: { directory: '/tmp/spool', maxBytes: undefined },
})
unset.info('message', undefined, { tags: undefined, user: { id: undefined, name: absent.user?.name }, request: { route: undefined } })
unset.scope().addBreadcrumb({ message: 'clicked', category: undefined })
unset.captureException(new Error('failed'), { level: undefined, handled: undefined })
outgoingRequests({ propagateTo: undefined })

// Types of the program's own, which list their members and nothing else, wherever attributes, users and requests go.
interface Order {
  id: string
  amount?: number
}
interface Account {
  id: number
  plan: string
}
class Cart {
  readonly items = [1]
  #total = 0
  get total(): number {
    return this.#total
  }
}
const order: Order = { id: 'A-1' }
const account: Account = { id: 7, plan: 'pro' }
const cart = new Cart()
const request: { readonly path: string } & Order = { path: '/a', id: 'r' }
client.info('message', order, { user: account, perf: order, deploy: cart, detail: cart, request })
client.error(new Error('failed'), cart, { user: account })
client.error('failed', new Error('why'), { attributes: order })
const orders = client.child(order, { detail: cart }).child(cart)
orders.startTimer('label', order).end(cart, { perf: order })
orders.log(level, 'message', order)
client.log('error', new Error('failed'), order, { tags: ['a'] })
client.log('error', 'failed', new Error('why'), { attributes: cart })
client.log('fatal')
client.captureException(new Error('failed'), { attributes: order, user: account })
client.capture({ level, message: 'message', attributes: cart })
client.audit('user.role-changed', account, order)
client.scope().setUser(account).setAttributes(order).setContext('cart', cart).setRequest(request)
client.scope().addBreadcrumb({ message: 'clicked', data: order })
heartwood.setUser(account)
heartwood.setContext('order', order)
heartwood.child(order).info('message', { order, cart })

// @ts-expect-error what only parts of the SDK ask of a client
client.currentTrace
// @ts-expect-error attributes have names
client.child('text')
// @ts-expect-error an id that is none
client.scope().setUser({ id: true })
// @ts-expect-error what someone did needs someone
client.audit('user.role-changed', { plan: 'pro' })
// @ts-expect-error an option of events that there is not
client.info('message', order, { tag: 'a' })
// @ts-expect-error a level that there is not
heartwood.log('loud', 'message')
// @ts-expect-error an option that there is not
init({ servise: 'shop' })
