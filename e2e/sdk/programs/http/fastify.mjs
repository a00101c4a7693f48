import { Readable } from 'node:stream'
import { info } from '@heartwood/node'
import { heartwoodFastify } from '@heartwood/node/fastify'
import fastify from 'fastify'
import { arrived, begin, boom, chunks, ignore, ready, steps, teapot } from './shared.mjs'

begin()
const app = fastify({ http2: process.argv.includes('http2') })
app.register(heartwoodFastify, { ignore, trustProxy: process.argv.includes('trust-proxy') })
if (process.argv.includes('own-error-handler'))
  app.setErrorHandler((error, _request, reply) => reply.code(error.statusCode ?? 500).send({ failed: true }))
app.get('/users/:id', (request) => steps(request.params.id))
for (const path of ['/health', '/static/app.js']) app.get(path, () => 'ok')
app.get('/boom/:id', boom)
app.get('/teapot', teapot)
app.get('/text', () => Promise.reject('a text'))
app.get('/never', () => new Promise(() => {}))
app.get('/half', (_request, reply) => {
  reply.hijack()
  reply.raw.write('half')
})
app.get('/stream', (_request, reply) => reply.send(Readable.from(chunks())))
app.post('/echo', async (request) => {
  arrived(request.body)
  return request.body
})
app.addContentTypeParser('text/plain', (_request, payload, done) => {
  let body = ''
  payload.on('data', (chunk) => {
    info('chunk')
    body += chunk
  })
  payload.on('end', () => done(null, body))
})
app.post('/listen', async (request) => {
  arrived(request.body)
  return request.body
})
app.get('/hook/:id', { onRequest: async () => boom() }, () => 'never here')
app.register(
  async (child) => {
    child.get('/things/:id', () => 'thing')
    child.get('/boom/:id', boom)
  },
  { prefix: '/orgs' },
)
await app.listen({ port: 0, host: '127.0.0.1' })
ready(app.server.address().port)
