import { once } from 'node:events'
import { Readable } from 'node:stream'
import { heartwoodExpress, heartwoodExpressErrors } from '@heartwood/node/express'
import { arrived, begin, boom, chunks, ignore, ready, steps, teapot } from './shared.mjs'

export async function serve(express) {
  begin()
  const app = express()
  app.use(heartwoodExpress({ ignore, trustProxy: process.argv.includes('trust-proxy') }))
  app.get('/users/:id', (request, response, next) => steps(request.params.id).then((user) => response.json(user), next))
  for (const path of ['/health', '/static/app.js']) app.get(path, (_request, response) => response.end('ok'))
  app.get('/boom/:id', boom)
  app.get('/teapot', teapot)
  app.get('/text', (_request, _response, next) => next('a text'))
  app.get('/never', () => {})
  app.get('/half', (_request, response) => response.write('half'))
  app.get('/stream', (_request, response) => Readable.from(chunks()).pipe(response))
  app.post('/echo', express.json(), (request, response) => {
    arrived(request.body)
    response.json(request.body)
  })
  app.post('/listen', (request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      arrived(body)
      response.end()
    })
  })
  const router = express.Router()
  router.get('/things/:id', (_request, response) => response.end('thing'))
  router.get('/boom/:id', boom)
  app.use('/orgs', router)
  const merging = express.Router({ mergeParams: true })
  merging.get('/', (_request, response) => response.end('team'))
  app.use('/teams/:team', merging)
  const inner = express()
  inner.get('/deep/:id', (_request, response) => response.end('deep'))
  app.use('/inner', inner)
  // Twice: an error is captured once however many places see it.
  router.use(heartwoodExpressErrors())
  app.use(heartwoodExpressErrors())
  app.use((error, _request, response, _next) => response.status(error.status ?? 500).json({ failed: true }))
  const server = app.listen(0)
  await once(server, 'listening')
  ready(server.address().port)
}
