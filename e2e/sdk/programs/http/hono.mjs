import { once } from 'node:events'
import { heartwoodHono } from '@heartwood/node/hono'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { stream } from 'hono/streaming'
import { arrived, begin, boom, chunks, ignore, ready, steps } from './shared.mjs'

begin()
const app = new Hono()
app.use(heartwoodHono({ ignore, trustProxy: process.argv.includes('trust-proxy') }))
app.use('/orgs/*', (_context, next) => next())
app.get('/users/:id', async (context) => context.json(await steps(context.req.param('id'))))
for (const path of ['/health', '/static/app.js']) app.get(path, (context) => context.text('ok'))
app.get('/boom/:id', boom)
app.get('/teapot', () => {
  throw new HTTPException(418, { message: 'short and stout' })
})
app.get('/text', () => Promise.reject('a text'))
app.get('/never', () => new Promise(() => {}))
app.get('/half', (context) =>
  stream(context, async (out) => {
    await out.write('half')
    await new Promise(() => {})
  }),
)
app.get('/stream', (context) =>
  stream(context, async (out) => {
    for await (const chunk of chunks()) await out.write(chunk)
  }),
)
app.post('/echo', async (context) => {
  const body = await context.req.json()
  arrived(body)
  return context.json(body)
})
const nested = new Hono()
nested.get('/things/:id', (context) => context.text('thing'))
nested.get('/boom/:id', boom)
app.route('/orgs', nested)
if (process.argv.includes('own-error-handler')) app.onError((error, context) => context.json({ failed: true }, error.status ?? 500))
// What serves without a server: as programs test themselves.
if (process.argv.includes('without-a-server')) await app.request('/users/7?x=1', { headers: { 'x-trace-id': 'inside' } })
const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' })
if (!server.listening) await once(server, 'listening')
ready(server.address().port)
