// A Fastify hello world, bare or with what is compared. Not TypeScript: what compiles it on the fly would slow down each function that is made.
import { createRequire } from 'node:module'
import { captureByHand } from './by-hand.mjs'

const [variant, libraries, sink, sdk] = process.argv.slice(2)
const load = createRequire(libraries)

if (variant === 'sentry') {
  const dsn = new URL('/1', sink)
  dsn.username = 'bench'
  load('@sentry/node').init({ dsn: dsn.href })
}
const fastify = load('fastify')
const app = variant === 'pino' ? fastify({ logger: { stream: load('pino').destination({ dest: '/dev/null', sync: true }) } }) : fastify()
if (variant.startsWith('heartwood')) {
  const { init } = load(sdk || '@heartwood/node')
  const { heartwoodFastify } = load(sdk ? sdk.replace(/index(?=\.)/, 'fastify') : '@heartwood/node/fastify')
  init({ endpoint: sink, apiKey: 'bench', service: 'bench', ...(variant === 'heartwood-scope' ? { sampleRate: 0 } : {}) })
  app.register(heartwoodFastify)
}
if (variant.startsWith('by-hand')) captureByHand(app, sink, variant === 'by-hand')
app.get('/hello/:name', () => ({ hello: 'world' }))
await app.listen({ port: 0, host: '127.0.0.1' })
process.on('message', () => process.send({ cpu: process.cpuUsage() }))
process.on('disconnect', () => process.exit())
process.send({ port: app.server.address().port, version: process.versions.node })
