// A Fastify hello world, bare or with what is compared. Not TypeScript: what compiles it on the fly would slow down each function that is made.
import { createWriteStream } from 'node:fs'
import fastify from 'fastify'

const [variant, sdk = '@heartwood/node', plugin = '@heartwood/node/fastify'] = process.argv.slice(2)

const app = variant === 'pino' ? fastify({ logger: { stream: createWriteStream('/dev/null') } }) : fastify()
if (variant.startsWith('heartwood')) {
  const { init } = await import(sdk)
  const { heartwoodFastify } = await import(plugin)
  init({ service: 'bench', ...(variant === 'heartwood, no event' ? { sampleRate: 0 } : {}) })
  app.register(heartwoodFastify)
}
app.get('/hello/:name', () => ({ hello: 'world' }))
await app.listen({ port: 0, host: '127.0.0.1' })
process.on('message', () => process.send({ cpu: process.cpuUsage() }))
process.on('disconnect', () => process.exit())
process.send({ port: app.server.address().port })
