// The service that is called: an Express app that logs one step for each request, and says LISTENING with its port.
import { once } from 'node:events'
import { info, init } from '@heartwood/node'
import { heartwoodExpress } from '@heartwood/node/express'
import express from 'express'

init({ service: 'callee', flushInterval: 50 })
const app = express()
app.use(heartwoodExpress())
app.use((request, response) => {
  const sent = Object.fromEntries(Object.entries(request.headers).filter(([name]) => /^(?:traceparent|x-trace-id|x-heartwood-flow)$/.test(name)))
  info(`called ${request.path}`, { sent })
  if (request.path.startsWith('/slow')) return
  response.status(request.path === '/broken' ? 503 : 200).end('ok')
})
const server = app.listen(0, '0.0.0.0')
await once(server, 'listening')
console.log(`LISTENING ${server.address().port}`)
