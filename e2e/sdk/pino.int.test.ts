import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { inOrder, upTo } from './accounts.ts'
import { NODES, preparePeers, type ReceivedEvent, runProgram, startProgram, useFakeServer } from './harness.ts'

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c'

const server = useFakeServer()

const byMessage = (message: string): ReceivedEvent => server.events().find((event) => event.message === message) as ReceivedEvent

describe.skipIf(!preparePeers()).each(NODES)('pino on $name', ({ node }) => {
  it('in this thread keeps scope, trace and request of the code that logs', async () => {
    const result = await runProgram('loggers/pino-in-process.mjs', { env: server.env, node })
    expect(result).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('LINES 6') })
    expect(server.events()).toHaveLength(6)
    expect(byMessage('order A-1 placed')).toMatchObject({
      level: 'info',
      service: 'shop',
      traceId: TRACE_ID,
      spanId: 'b7ad6b7169203331',
      requestId: 'req-7',
      userId: 'u-1',
      attributes: { order: { id: 'A-1' }, card: { number: '[Redacted]' }, user: { plan: 'pro' } },
    })
    expect(byMessage('to the stream alone')).toMatchObject({ level: 'info' })
    expect(byMessage('role changed')).toMatchObject({ level: 'warn', attributes: { level: 'audit' } })
    const named = byMessage('fields of the same names')
    expect(named).toMatchObject({ level: 'info', attributes: { time: 35, level: 'gold' } })
    expect(named.timestamp).toBeGreaterThan(1_700_000_000_000)
    expect(byMessage('order lost')).toMatchObject({
      level: 'error',
      attributes: { module: 'db', 'error.code': 'E_QUERY' },
      error: { type: 'TypeError', stack: expect.stringMatching(/pino-in-process\.mjs:\d+[\s\S]*Caused by: Error: reset/) },
    })
    expect(byMessage('alone')).toMatchObject({ level: 'fatal', error: { type: 'RangeError', message: 'alone' } })
  })

  it.each(['end', 'exit', 'exit-later', 'flush', 'several'])('in its worker thread delivers every line (%s)', async (end) => {
    const result = await runProgram('loggers/pino-thread.mjs', { env: server.env, node, args: ['20000', end] })
    expect(result).toMatchObject({ code: end.startsWith('exit') ? 3 : 0, stderr: '', stdout: end === 'flush' ? 'FLUSHED\n' : '' })
    // Batches may overtake each other on their way.
    const numbers = server.events().map(({ attributes }) => attributes?.n)
    expect(inOrder(numbers.filter((n) => typeof n === 'number'))).toEqual(upTo(20_000))
    expect(server.events()).toHaveLength(20_003)
    expect(server.repeated()).toEqual([])
    expect(byMessage('line 7')).toMatchObject({ level: 'info', service: 'till', attributes: { n: 7 } })
    expect(byMessage('role changed')).toMatchObject({ level: 'warn', traceId: TRACE_ID })
    expect(byMessage('a field of the same name')).toMatchObject({ level: 'warn', attributes: { time: 35 } })
    expect(byMessage('a field of the same name').timestamp).toBeGreaterThan(1_700_000_000_000)
    expect(byMessage('order lost')).toMatchObject({ level: 'error', error: { type: 'TypeError', stack: expect.stringContaining('pino-thread.mjs') } })
  })

  it('in its worker thread spools what a server that is away does not take, and does not hold up the end', async () => {
    const spool = mkdtempSync(join(tmpdir(), 'heartwood-pino-'))
    try {
      await server.goDown()
      const env = { ...server.env, HEARTWOOD_SPOOL: spool, HEARTWOOD_EXIT_TIMEOUT: '1000' }
      const result = await runProgram('loggers/pino-thread.mjs', { env, node, args: ['100', 'end'] })
      expect(result.code).toBe(0)
      expect(readdirSync(spool, { recursive: true }).length).toBeGreaterThan(0)
      await server.comeUp()
      // Replaying is background work of a program that goes on.
      const next = startProgram('stay.mjs', { env: { ...server.env, HEARTWOOD_SPOOL: spool }, node, args: ['5', '0'] })
      await server.until(103)
      next.write('end')
      await next.ended
      expect(inOrder(server.events().flatMap(({ attributes }) => (typeof attributes?.n === 'number' ? [attributes.n] : [])))).toEqual(upTo(100))
    } finally {
      rmSync(spool, { recursive: true, force: true })
    }
  })
})
