import { setTimeout as pause } from 'node:timers/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { capturedBy, expectAccounts, statsOf, upTo } from '../accounts.ts'
import { type FakeServer, NODES, type ProgramResult, preparePeers, startFakeServer, startProgram } from '../harness.ts'

interface Outage {
  readonly own: FakeServer
  readonly result: ProgramResult
  /** Events that the program logged while the server was gone. */
  readonly during: number
}

/** A program logs all the time; its server is there, then gone for a minute, then there again. */
const outageOfAMinute = async (node: string): Promise<Outage> => {
  const own = await startFakeServer()
  const program = startProgram('stay.mjs', { env: { ...own.env, HEARTWOOD_FLUSH_INTERVAL: '100' }, node, args: ['20'], timeout: 180_000 })
  const logged = (): number => capturedBy({ stdout: program.output() })
  await own.until(50)
  await own.goDown()
  const before = logged()
  await pause(60_000)
  const after = logged()
  await own.comeUp()
  await own.until(after + 1, 60_000)
  program.write('end')
  return { own, result: await program.ended, during: after - before }
}

/** Begins with the tests around it. @returns what has the tests of it, to be called last: until then the minute passes while others run */
export const minuteOfOutage = (): (() => void) => {
  const canRun = preparePeers()
  const outages = new Map<string, Promise<Outage>>()
  beforeAll(() => {
    if (!canRun) return
    for (const { node } of NODES) {
      const outage = outageOfAMinute(node)
      // Its failure is that of the test that awaits it.
      outage.catch(() => undefined)
      outages.set(node, outage)
    }
  })
  return () =>
    describe.skipIf(!canRun).each(NODES)('that is down for a minute, to a program on $name', ({ node }) => {
      it('costs no event, and none arrives twice or out of its place', async () => {
        const outage = await outages.get(node)
        if (!outage) throw new Error('It was not begun.')
        const { own, result, during } = outage
        await own.close()
        const { captured } = statsOf(result)
        expect(during).toBeGreaterThan(1_000)
        expectAccounts(own, result, { captured, sent: captured, spooled: 0, dropped: {} })
        // In each batch as logged; batches may overtake one another, and then the events' own times tell.
        const batches = own.requests().map(({ events }) => events.map(({ message }) => Number(/\d+$/.exec(message)?.[0])))
        for (const numbers of batches) expect(numbers).toEqual(upTo(numbers.length).map((n) => n + (numbers[0] ?? 0)))
        const byTime = own.events().toSorted((a, b) => a.timestamp - b.timestamp || (a.id < b.id ? -1 : 1))
        expect(byTime.map(({ message }) => message)).toEqual(upTo(captured).map((n) => `event ${n}`))
      })
    })
}
