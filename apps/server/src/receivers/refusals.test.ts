import { fastify } from 'fastify'
import { expect, it } from 'vitest'
import { HeartwoodError } from '../errors.ts'
import type { Caller } from '../http/caller.ts'
import { registerErrors } from '../http/errors.ts'
import { createLedger } from '../ingest/ledger.ts'
import { accountOf, watchRefusals } from './refusals.ts'

it('counts what a door refuses before it reads events, and nothing twice', async () => {
  const ledger = createLedger()
  const app = fastify()
  registerErrors(app)
  const key: Caller = { kind: 'key', keyId: 'k1', projectId: 7, scope: 'read' }
  app.addHook('onRequest', async (request) => {
    request.caller = { kind: 'anonymous' }
    if (request.headers['x-api-key'] === undefined) throw new HeartwoodError('key-missing', 'No key.')
    if (request.headers['x-api-key'] === 'wrong') throw new HeartwoodError('key-invalid', 'Unknown.')
    request.caller = key
    if (request.headers['x-api-key'] === 'read') throw new HeartwoodError('key-forbidden', 'It may not.')
  })
  await app.register(async (doors) => {
    watchRefusals(doors, (request, reason) => {
      const account = accountOf(request, () => undefined)
      if (account !== undefined) ledger.refused(account, reason, 1)
    })
    doors.post('/ingest', { config: { access: 'ingest', door: 'native' } }, async () => {
      throw new HeartwoodError('queue-full', 'Ingest has counted its entries.')
    })
    doors.get('/api/v1/other', { config: { access: 'read' } }, async () => ({}))
  })
  const send = (apiKey?: string) =>
    app.inject({ method: 'POST', url: '/ingest', headers: apiKey === undefined ? {} : { 'x-api-key': apiKey }, payload: {} })
  const answers = [await send(), await send('wrong'), await send('read'), await send('good'), await app.inject('/api/v1/other')]
  expect(answers.map(({ statusCode }) => statusCode)).toEqual([401, 401, 403, 503, 401])
  expect(ledger.snapshot()).toMatchObject([
    { projectId: 0, door: 'native', keyId: '', received: 2, refused: { unauthorized: 2 } },
    { projectId: 7, door: 'native', keyId: 'k1', received: 1, refused: { forbidden: 1 } },
  ])
})
