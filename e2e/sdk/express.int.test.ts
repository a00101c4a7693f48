import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { preparePeers } from './harness.ts'
import { describeHttp, type HttpProgram, startHttpProgram } from './http-suite.ts'

for (const [name, file] of [
  ['Express 5', 'express5.mjs'],
  ['Express 4', 'express4.mjs'],
] as const) {
  describeHttp({ name, program: file, bodyRoutes: ['/echo', '/listen'] })

  describe.runIf(preparePeers())(`${name}: mounted routers`, () => {
    let program: HttpProgram
    beforeAll(async () => {
      program = await startHttpProgram(file)
    })
    afterAll(() => program.end())

    it.each([
      ['/orgs/things/3', '/orgs/things/:id'],
      ['/teams/red', '/teams/:team'],
      ['/inner/deep/1', '/inner/deep/:id'],
    ])('gives %s as %s', async (path, route) => {
      await program.send(path, { headers: { 'x-request-id': path.replaceAll('/', '.') } })
      expect((await program.requestOf(path.replaceAll('/', '.'))).request?.route).toBe(route)
    })
  })
}
