import { describe, expect, it } from 'vitest'
import { preparePeers } from './harness.ts'
import { describeHttp, startHttpProgram } from './http-suite.ts'

describeHttp({ name: 'Hono', program: 'hono.mjs', bodyRoutes: ['/echo'] })
describeHttp({ name: 'Hono with onError', program: 'hono.mjs', args: ['own-error-handler'], bodyRoutes: ['/echo'] })

describe.runIf(preparePeers())('Hono without a server', () => {
  it('captures what app.request() serves', async () => {
    const program = await startHttpProgram('hono.mjs', ['without-a-server'])
    const event = await program.event(({ kind, traceId }) => kind === 'request' && traceId === 'inside')
    expect(event).toMatchObject({ message: 'GET /users/:id 200', userId: '7', request: { path: '/users/7' } })
    await program.end()
  })
})
