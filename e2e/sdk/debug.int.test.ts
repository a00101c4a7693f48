import { describe, expect, it } from 'vitest'
import { NODES, preparePeers, runProgram, useFakeServer } from './harness.ts'

const server = useFakeServer()

describe.skipIf(!preparePeers()).each(NODES)('the package debug on $name', ({ node }) => {
  it('has what its enabled namespaces write as events, and writes on', async () => {
    const result = await runProgram('loggers/debug.mjs', { env: { ...server.env, DEBUG: 'shop:*', DEBUG_COLORS: '1' }, node })
    expect(result.code).toBe(0)
    expect(result.stderr.split('\n').filter((line) => line.includes('shop:')).length).toBeGreaterThanOrEqual(3)
    expect(server.events()).toMatchObject([
      { level: 'debug', message: "query { table: 'orders' } took 12 ms { rows: 2 }", attributes: { namespace: 'shop:db', rows: 2 } },
      { level: 'debug', message: 'lost connection TypeError: reset', attributes: { namespace: 'shop:db:pool' }, error: { type: 'TypeError' } },
      {
        level: 'debug',
        message: 'too far',
        attributes: { namespace: 'shop:db' },
        error: { type: 'RangeError', stack: expect.stringMatching(/debug\.mjs:\d+/) },
      },
      { level: 'debug', message: 'with its own output', attributes: { namespace: 'shop:own' } },
    ])
  })
})
