import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { canMount, createSmallDisks } from '../../../apps/server/src/self/testing/small-disk.ts'
import { expectAccounts, inOrder, numbersOf, statsOf, upTo } from '../accounts.ts'
import { droppedOf, NODES, preparePeers, runProgram, startProgram, useFakeServer } from '../harness.ts'

/** The spool folder. */
export const spoolFolder = (): void => {
  const server = useFakeServer()
  let folder: string
  const disks = createSmallDisks()
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'heartwood-spool-'))
  })
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true })
    disks.unmountAll()
  })

  /** Gives up on a batch after its first try, so that it is in the spool folder soon. */
  const env = () => ({
    ...server.env,
    HEARTWOOD_SPOOL: folder,
    HEARTWOOD_MAX_RETRIES: '0',
    HEARTWOOD_FLUSH_INTERVAL: '50',
    HEARTWOOD_EXIT_TIMEOUT: '1000',
  })

  describe.skipIf(!preparePeers()).each(NODES)('the spool folder on $name', ({ node }) => {
    const emit = (count: number, name = 'event') => runProgram('emit.mjs', { env: env(), node, args: [String(count), name] })
    /** A program that has nothing of its own to say and runs until the server holds so many events. */
    const replayUntil = async (events: number) => {
      const program = startProgram('stay.mjs', { env: env(), node, args: ['5', '0'] })
      await server.until(events)
      program.write('end')
      return await program.ended
    }

    it('holds what a dead server did not take, and the next start delivers it', async () => {
      await server.goDown()
      const result = await emit(25)
      expect(result.code).toBe(0)
      expectAccounts(server, result, { captured: 25, sent: 0, spooled: 25, dropped: {} })
      await server.comeUp()
      expect(statsOf(await replayUntil(25))).toMatchObject({ captured: 0, replayed: 25 })
      expect(numbersOf(server)).toEqual(upTo(25))
      expect(server.repeated()).toEqual([])
    })

    it('fills while the server is away and empties when it is back, in the same process', async () => {
      const program = startProgram('stay.mjs', { env: env(), node, args: ['10', '400'] })
      await server.until(20)
      await server.goDown()
      await program.line(/CAPTURED 400/)
      await server.comeUp()
      await server.until(400, 40_000)
      program.write('end')
      expectAccounts(server, await program.ended, { captured: 400, sent: 400, spooled: 0, dropped: {} })
      expect(inOrder(numbersOf(server))).toEqual(upTo(400))
    })

    it('is shared by two processes: each batch is delivered by one of them', async () => {
      await server.goDown()
      const results = await Promise.all([emit(30, 'a'), emit(30, 'b')])
      for (const result of results) expect(result.stats).toMatchObject({ captured: 30, spooled: 30 })
      await server.comeUp()
      const programs = [0, 1].map(() => startProgram('stay.mjs', { env: env(), node, args: ['5', '0'] }))
      await server.until(60)
      for (const program of programs) program.write('end')
      const replayed = (await Promise.all(programs.map(({ ended }) => ended))).map((result) => statsOf(result).replayed)
      expect(replayed.reduce((a, b) => a + b)).toBe(60)
      expect(server.repeated()).toEqual([])
    })

    it('is replayed past files that somebody tore or put there', async () => {
      await server.goDown()
      await emit(10)
      for (const name of readdirSync(folder).filter((file) => !file.startsWith('.'))) {
        // Older than the whole one, so that it is met first.
        writeFileSync(join(folder, name.replace(/-\d{6}-/, '-000000-')), 'torn')
        writeFileSync(join(folder, `${name}.bak`), 'not ours')
      }
      await server.comeUp()
      const result = await replayUntil(10)
      expect(result.code).toBe(0)
      expect(numbersOf(server)).toEqual(upTo(10))
    })

    it.skipIf(!canMount())('counts what a full disk does not hold', async () => {
      folder = join(disks.mount('size=256k'), 'spool')
      mkdirSync(folder)
      await server.goDown()
      const result = await runProgram('emit.mjs', {
        env: { ...env(), HEARTWOOD_COMPRESSION: 'none', HEARTWOOD_BATCH_SIZE: '100' },
        node,
        args: ['5000'],
      })
      expect(result.code).toBe(0)
      const stats = statsOf(result)
      expectAccounts(server, result, { captured: 5_000, sent: 0 })
      expect(Object.keys(stats.dropped)).toEqual(['spool-full'])
      expect(stats.spooled).toBeGreaterThan(0)
      expect(stats.spooled + droppedOf(stats)).toBe(5_000)
      await server.comeUp()
      expect(statsOf(await replayUntil(stats.spooled)).replayed).toBe(stats.spooled)
      expect(server.repeated()).toEqual([])
    })
  })
}
