import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { capturedBy, expectAccounts, inOrder, numbersOf, upTo } from '../accounts.ts'
import { NODES, preparePeers, runProgram, startProgram, useFakeServer } from '../harness.ts'

/** How programs end. */
export const endings = (): void => {
  const server = useFakeServer()
  let spool: string
  beforeEach(() => {
    spool = mkdtempSync(join(tmpdir(), 'heartwood-spool-'))
  })
  afterEach(() => rmSync(spool, { recursive: true, force: true }))

  /** A program that has nothing of its own to say sends what an earlier one left in the spool folder. @returns how many events it says that were */
  const replay = async (node: string, expected: number): Promise<number | undefined> => {
    const before = server.events().length
    const program = startProgram('stay.mjs', { env: { ...server.env, HEARTWOOD_SPOOL: spool }, node, args: ['5', '0'] })
    await server.until(before + expected)
    program.write('end')
    return (await program.ended).stats?.replayed
  }

  const { version } = JSON.parse(readFileSync(new URL('../../../packages/sdk-node/package.json', import.meta.url), 'utf8')) as { version: string }
  const agents = (): (string | undefined)[] => [...new Set(server.requests().map(({ headers }) => headers['user-agent']))]

  describe.skipIf(!preparePeers()).each(NODES)('a program on $name', ({ node }) => {
    it('that has nothing else to do ends by itself, with its events delivered', async () => {
      const result = await runProgram('emit.mjs', { env: server.env, node, args: ['10'] })
      expect({ ...result, durationMs: 0 }).toMatchObject({ code: 0, stderr: '' })
      expectAccounts(server, result, { captured: 10, sent: 10 })
      expect(numbersOf(server)).toEqual(upTo(10))
      expect(agents()).toEqual([`heartwood-node/${version}`])
    })

    it('that requires the package does so too', async () => {
      const result = await runProgram('emit.cjs', { env: server.env, node })
      expect(result).toMatchObject({ code: 0, stderr: '' })
      expectAccounts(server, result, { captured: 1, sent: 1 })
    })

    it('that never calls init sends nothing and breaks nothing', async () => {
      const result = await runProgram('nothing.mjs', { env: server.env, node })
      expect(result).toMatchObject({ code: 0, stderr: '' })
      expect(server.requests()).toEqual([])
    })

    it('delivers 100,000 events of one turn up to the bound of its buffer, and counts the others', async () => {
      const result = await runProgram('emit.mjs', { env: server.env, node, args: ['100000'] })
      expectAccounts(server, result, { captured: 100_000, sent: 50_000, dropped: { 'buffer-full': 50_000 } })
      // The oldest go first.
      expect(inOrder(numbersOf(server))[0]).toBe(50_000)
    })

    it('delivers all 100,000 with a larger buffer', async () => {
      const env = { ...server.env, HEARTWOOD_MAX_BUFFER_EVENTS: '100000', HEARTWOOD_MAX_BUFFER_BYTES: '100000000' }
      expectAccounts(server, await runProgram('emit.mjs', { env, node, args: ['100000'] }), { captured: 100_000, sent: 100_000, dropped: {} })
    })

    it.each([
      ['uncaught.mjs', 'nobody caught this', 'TypeError'],
      ['rejection.mjs', 'nobody handled this', 'RangeError'],
    ])('that dies (%s) still dies as Node lets it die, and has told of it', async (file, message, type) => {
      const result = await runProgram(file, { env: server.env, node })
      expect(result.code).toBe(1)
      expect(result.stderr).toContain(`${type}: ${message}`)
      expectAccounts(server, result, { captured: 11, sent: 11 })
      expect(server.events().at(-1)).toMatchObject({ level: 'fatal', error: { type, message, stack: expect.stringContaining(file) } })
    })

    it('that calls process.exit has delivered what was in memory', async () => {
      const result = await runProgram('process-exit.mjs', { env: server.env, node })
      expect(result).toMatchObject({ code: 3, stderr: '' })
      expectAccounts(server, result, { captured: 100, sent: 100, dropped: {} })
      expect(numbersOf(server)).toEqual(upTo(100))
      expect(agents()).toEqual([`heartwood-node/${version}`])
    })

    it('that calls process.exit when it is told to end has too', async () => {
      const killAfter = { line: 'READY', signal: 'SIGTERM' } as const
      const result = await runProgram('process-exit.mjs', { env: { ...server.env, HEARTWOOD_SPOOL: spool }, node, args: ['SIGTERM'], killAfter })
      expect(result).toMatchObject({ code: 3, signal: null, stderr: '' })
      expectAccounts(server, result, { captured: 100, sent: 100, spooled: 0, dropped: {} })
    })

    it('that calls process.exit while the server is gone keeps what was in memory in its spool folder', async () => {
      await server.goDown()
      const result = await runProgram('process-exit.mjs', { env: { ...server.env, HEARTWOOD_SPOOL: spool }, node })
      expect(result).toMatchObject({ code: 3, stderr: '' })
      expectAccounts(server, result, { captured: 100, sent: 0, spooled: 100, dropped: {} })
      await server.comeUp()
      expect(await replay(node, 100)).toBe(100)
      expect(numbersOf(server)).toEqual(upTo(100))
    })

    it.each(['gone', 'silent'])('that calls process.exit while the server is %s, and has no spool folder, counts what is lost', async (state) => {
      if (state === 'gone') await server.goDown()
      else server.answer(() => ({ hang: true }))
      const env = { ...server.env, HEARTWOOD_EXIT_TIMEOUT: '500', HEARTWOOD_TIMEOUT: '60000' }
      const result = await runProgram('process-exit.mjs', { env, node, timeout: 40_000 })
      expect(result.code).toBe(3)
      expectAccounts(server, result, { captured: 100, sent: 0, spooled: 0, dropped: { 'process-exit': 100 } })
    })

    it.each(['SIGTERM', 'SIGINT'] as const)(
      'that %s ends has delivered everything but what came too late, which it spooled, and ends by it',
      async (signal) => {
        const env = { ...server.env, HEARTWOOD_SPOOL: spool }
        const result = await runProgram('stay.mjs', { env, node, killAfter: { line: 'CAPTURED 60', signal } })
        expect(result.signal).toBe(signal)
        const sent = server.events().length
        expect(sent).toBeGreaterThanOrEqual(60)
        // It went on logging while the last batch was on its way.
        const late = capturedBy(result) - sent
        if (late > 0) expect(await replay(node, late)).toBe(late)
        expect(inOrder(numbersOf(server))).toEqual(upTo(capturedBy(result)))
        expect(server.repeated()).toEqual([])
      },
    )

    it('that SIGTERM ends delivers what it logs meanwhile without a spool folder too', async () => {
      server.answer(() => ({ delay: 200 }))
      const result = await runProgram('stay.mjs', { env: server.env, node, killAfter: { line: 'CAPTURED 60', signal: 'SIGTERM' } })
      expect(result.signal).toBe('SIGTERM')
      // It may have logged one more than it could say.
      const numbers = inOrder(numbersOf(server))
      expect(numbers).toEqual(upTo(numbers.length))
      expect(numbers.length).toBeGreaterThanOrEqual(capturedBy(result))
      expect(server.repeated()).toEqual([])
    })

    it('that handles SIGTERM itself is not ended by the SDK', async () => {
      const result = await runProgram('own-handler.mjs', { env: server.env, node, killAfter: { line: 'READY', signal: 'SIGTERM' } })
      expect(result).toMatchObject({ code: 0, signal: null })
      expectAccounts(server, result, { captured: 2, sent: 2 })
    })

    it('that SIGKILL ends loses what was in memory and nothing else', async () => {
      const env = { ...server.env, HEARTWOOD_FLUSH_INTERVAL: '100', HEARTWOOD_SPOOL: spool }
      const program = startProgram('stay.mjs', { env, node })
      await server.until(20)
      const acknowledged = server.events().length
      program.signal('SIGKILL')
      const result = await program.ended
      expect(result.signal).toBe('SIGKILL')
      const numbers = inOrder(numbersOf(server))
      expect(numbers).toEqual(upTo(numbers.length))
      expect(numbers.length).toBeGreaterThanOrEqual(acknowledged)
      expect(numbers.length).toBeLessThanOrEqual(capturedBy(result) + 1)
      expect(server.repeated()).toEqual([])
    })

    it('with a server that never answers ends within its exit timeout, and spools what was not sent', async () => {
      server.answer(() => ({ hang: true }))
      const env = { ...server.env, HEARTWOOD_SPOOL: spool, HEARTWOOD_EXIT_TIMEOUT: '500', HEARTWOOD_TIMEOUT: '60000' }
      const result = await runProgram('emit.mjs', { env, node, args: ['10'], timeout: 40_000 })
      expect(result.code).toBe(0)
      expectAccounts(server, result, { captured: 10, sent: 0, spooled: 10 })
      server.answer(undefined)
      expect(await replay(node, 10)).toBe(10)
    })

    it('that a signal ends while the server never answers ends within its exit timeout too', async () => {
      server.answer(() => ({ hang: true }))
      const env = { ...server.env, HEARTWOOD_SPOOL: spool, HEARTWOOD_EXIT_TIMEOUT: '500', HEARTWOOD_TIMEOUT: '60000' }
      const result = await runProgram('stay.mjs', { env, node, killAfter: { line: 'CAPTURED 60', signal: 'SIGTERM' }, timeout: 40_000 })
      expect(result.signal).toBe('SIGTERM')
      server.answer(undefined)
      const sent = server.events().length
      expect(await replay(node, capturedBy(result) - sent)).toBe(capturedBy(result) - sent)
      expect(inOrder(numbersOf(server))).toEqual(upTo(capturedBy(result)))
    })

    it('loses no event to a value that JSON cannot hold or that throws when it is read', async () => {
      const result = await runProgram('values.mjs', { env: server.env, node })
      expect(result.code).toBe(0)
      expectAccounts(server, result, { captured: 14, sent: 14, dropped: {} })
    })
  })
}
