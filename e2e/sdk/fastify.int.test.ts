import { describe, expect, it } from 'vitest'
import { preparePeers } from './harness.ts'
import { describeHttp, startHttpProgram } from './http-suite.ts'

describeHttp({ name: 'Fastify', program: 'fastify.mjs', bodyRoutes: ['/echo'] })
describeHttp({ name: 'Fastify with an error handler of the program', program: 'fastify.mjs', args: ['own-error-handler'], bodyRoutes: ['/echo'] })

describe.runIf(preparePeers())('Fastify: hooks', () => {
  it('captures what a hook throws once', async () => {
    const program = await startHttpProgram('fastify.mjs')
    await program.send('/hook/1', { headers: { 'x-request-id': 'hook' } })
    expect((await program.eventsOf('hook', 2)).filter(({ kind }) => kind === 'log')).toMatchObject([
      { error: { type: 'TypeError' }, request: { route: '/hook/:id' } },
    ])
    await program.end()
  })
})
