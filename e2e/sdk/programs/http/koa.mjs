import { once } from 'node:events'
import { Readable } from 'node:stream'
import { json } from 'node:stream/consumers'
import { heartwoodKoa } from '@heartwood/node/koa'
import { Router } from '@koa/router'
import Koa from 'koa'
import { arrived, begin, boom, chunks, ignore, ready, steps, teapot } from './shared.mjs'

begin()
const app = new Koa()
app.silent = true
app.use(heartwoodKoa({ ignore, trustProxy: process.argv.includes('trust-proxy') }))
const router = new Router()
router.get('/users/:id', async (context) => {
  context.body = await steps(context.params.id)
})
for (const path of ['/health', '/static/app.js'])
  router.get(path, (context) => {
    context.body = 'ok'
  })
router.get('/boom/:id', boom)
router.get('/teapot', teapot)
router.get('/text', () => Promise.reject('a text'))
router.get('/never', () => new Promise(() => {}))
router.get('/half', (context) => {
  context.respond = false
  context.res.statusCode = 200
  context.res.write('half')
})
router.get('/stream', (context) => {
  context.body = Readable.from(chunks())
})
router.post('/echo', async (context) => {
  const body = await json(context.req)
  arrived(body)
  context.body = body
})
const nested = new Router({ prefix: '/orgs' })
nested.get('/things/:id', (context) => {
  context.body = 'thing'
})
nested.get('/boom/:id', boom)
app.use(router.routes()).use(nested.routes())
const server = app.listen(0)
await once(server, 'listening')
ready(server.address().port)
