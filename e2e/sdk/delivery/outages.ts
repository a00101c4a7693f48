import { describe, expect, it } from 'vitest'
import { expectAccounts, inOrder, numbersOf, statsOf, upTo } from '../accounts.ts'
import { type Answer, NODES, preparePeers, runProgram, startProgram, useFakeServer } from '../harness.ts'

/** Servers that fail, are slow, or are gone for a moment. */
export const outages = (): void => {
  const server = useFakeServer()

  /** Answers the first requests by this list, later ones as the real server would. */
  const first =
    (...replies: ReturnType<Answer>[]): Answer =>
    (_, index) =>
      replies[index]

  describe.skipIf(!preparePeers()).each(NODES)('a program on $name', ({ node }) => {
    const emit = (count: number, env: NodeJS.ProcessEnv = {}) =>
      runProgram('emit.mjs', { env: { ...server.env, ...env }, node, args: [String(count)] })

    it('delivers after errors of the server, and what it sends again is stored once', async () => {
      server.answer(first({ status: 500 }, { status: 503 }, { reset: 'before' }, { reset: 'after' }))
      const result = await emit(10)
      expectAccounts(server, result, { captured: 10, sent: 10, dropped: {} })
      expect(server.requests()).toHaveLength(5)
      expect(server.requests().at(-1)).toMatchObject({ repeated: true, batchId: server.requests()[0]?.batchId })
    })

    it('counts what the server did not take in all tries', async () => {
      server.answer(() => ({ status: 500 }))
      expectAccounts(server, await emit(10, { HEARTWOOD_MAX_RETRIES: '1' }), { captured: 10, sent: 0, dropped: { 'retries-exhausted': 10 } })
      expect(server.requests()).toHaveLength(2)
    })

    it('waits for as long as Retry-After asks', async () => {
      server.answer(first({ status: 429, headers: { 'retry-after': '2' } }))
      expectAccounts(server, await emit(10), { captured: 10, sent: 10, retried: 1 })
      const [refused, taken] = server.requests()
      // To the millisecond clocks of two processes differ in their rounding.
      expect((taken?.at ?? 0) - (refused?.at ?? 0)).toBeGreaterThanOrEqual(1_950)
    })

    it('sends smaller batches where one is too large, and drops an event that alone is too large', async () => {
      server.answer(({ events }) => (events.length > 3 || events.some(({ message }) => message === 'event 7') ? { status: 413 } : undefined))
      expectAccounts(server, await emit(20), { captured: 20, sent: 19, dropped: { 'too-large': 1 } })
      expect(inOrder(numbersOf(server))).toEqual(upTo(20).filter((n) => n !== 7))
    })

    it('counts events that the server refuses by its reason', async () => {
      server.answer(() => ({ partial: 6 }))
      expectAccounts(server, await emit(10), { captured: 10, sent: 6, dropped: { invalid: 4 } })
    })

    it('keeps quiet after a refused key, says so once, and delivers with a new one', async () => {
      server.answer(({ headers }) => (headers.authorization === 'Bearer good' ? undefined : { status: 401 }))
      const program = startProgram('new-key.mjs', { env: { ...server.env, HEARTWOOD_FLUSH_INTERVAL: '50' }, node })
      const [, before = '{}'] = await program.line(/^STATS (.*)$/)
      expect(JSON.parse(before)).toMatchObject({ captured: 10, sent: 0, buffered: 10 })
      expect(server.requests()).toHaveLength(1)
      program.write('good')
      const result = await program.ended
      expectAccounts(server, result, { captured: 12, sent: 12 })
      expect(result.stderr.match(/401/g)).toHaveLength(1)
      expect(inOrder(numbersOf(server))).toEqual(upTo(12))
    })

    it('goes on taking events while the server is slow', async () => {
      server.answer(() => ({ delay: 400 }))
      const env = { ...server.env, HEARTWOOD_FLUSH_INTERVAL: '50', HEARTWOOD_BATCH_SIZE: '20' }
      const program = startProgram('stay.mjs', { env, node, args: ['2', '200'] })
      await program.line(/CAPTURED 200/)
      program.write('end')
      expectAccounts(server, await program.ended, { captured: 200, sent: 200, dropped: {} })
    })

    it('takes an answer that comes too late for none, and what it sends again is stored once', async () => {
      server.answer(first({ delay: 1_000 }))
      expectAccounts(server, await emit(10, { HEARTWOOD_TIMEOUT: '300' }), { captured: 10, sent: 10 })
    })

    it('holds its events through an outage and delivers them when the server is back', async () => {
      const env = { ...server.env, HEARTWOOD_FLUSH_INTERVAL: '50' }
      const program = startProgram('stay.mjs', { env, node, args: ['10', '300'] })
      await server.until(20)
      await server.goDown()
      await program.line(/CAPTURED 300/)
      await server.comeUp()
      program.write('end')
      expectAccounts(server, await program.ended, { captured: 300, sent: 300, dropped: {} })
      expect(inOrder(numbersOf(server))).toEqual(upTo(300))
    })

    it('is not misled by a clock that jumps an hour ahead and a day back', async () => {
      const result = await runProgram('clock-jump.mjs', { env: { ...server.env, HEARTWOOD_FLUSH_INTERVAL: '50' }, node })
      expectAccounts(server, result, { captured: 40, sent: 40 })
      expect(new Set(server.events().map(({ id }) => id)).size).toBe(40)
      expect(statsOf(result).retried).toBe(0)
    })
  })
}
