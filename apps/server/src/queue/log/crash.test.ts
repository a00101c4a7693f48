import { unixMs } from '@heartwood/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Batch, Group, Queue } from '../queue.ts'
import { createLogQueue } from './log-queue.ts'
import { createSimulatedFiles, type SimulatedFiles } from './testing/simulated-files.ts'

/** The engine as the queue sees it: the same token twice is one insert, and must have come with the same batches. */
interface FakeEngine {
  tokens: Map<string, string[]>
  stored: string[]
}

type Step =
  | { do: 'publish'; count: number; sizeBytes: number }
  | { do: 'take'; maxRows: number }
  | { do: 'store' }
  | { do: 'split' }
  | { do: 'dead-letter' }
  | { do: 'fail'; kind: 'write' | 'sync'; code: 'ENOSPC' | 'EIO' }
  | { do: 'stop' }

interface World {
  files: SimulatedFiles
  queue: Queue
  engine: FakeEngine
  attempted: string[]
  acknowledged: Set<string>
  inHand: Group[]
  damage: string[]
}

const nameOf = (batch: Batch): string => Buffer.from(batch.payload).toString('latin1').split('.')[0] ?? ''

const open = (files: SimulatedFiles, damage: string[]): Promise<Queue> =>
  createLogQueue({ folder: '', files, capBytes: 1 << 24, segmentBytes: 700, hotBytes: 1_200, onDamage: ({ message }) => damage.push(message) })

const store = (engine: FakeEngine, group: Group): void => {
  const names = group.deliveries.map(nameOf)
  const before = engine.tokens.get(group.token)
  if (before !== undefined) expect(names).toEqual(before)
  if (before === undefined) engine.stored.push(...names)
  engine.tokens.set(group.token, names)
}

const perform = async (world: World, step: Step): Promise<void> => {
  const { queue, engine, inHand } = world
  const oldest = inHand[0]
  if (step.do === 'publish') {
    const batches = Array.from({ length: step.count }, () => {
      const name = `b${world.attempted.length}`
      world.attempted.push(name)
      const payload = Buffer.from(`${name}.`.padEnd(step.sizeBytes, 'x'), 'latin1')
      return { projectId: 1, door: 'native', keyId: 'k', batchId: name, receivedAt: unixMs(Date.now()), rows: 1, rejectedRows: 0, payload }
    })
    const done = batches.map((batch) => queue.publish(batch).then(() => world.acknowledged.add(nameOf(batch))))
    await Promise.allSettled(done)
  } else if (step.do === 'take') {
    if (inHand.length >= 2 || queue.depth().rows <= inHand.reduce((sum, { rows }) => sum + rows, 0)) return
    const group = await queue.take({ maxRows: step.maxRows, maxWaitMs: 0 })
    if (group !== undefined) inHand.push(group)
  } else if (step.do === 'store' && oldest !== undefined) {
    store(engine, oldest)
    await queue.acknowledge(oldest)
    inHand.shift()
  } else if (step.do === 'split' && oldest !== undefined && oldest.deliveries.length > 1 && !engine.tokens.has(oldest.token)) {
    inHand.splice(0, 1, ...(await queue.split(oldest)))
  } else if (step.do === 'dead-letter' && oldest !== undefined && !engine.tokens.has(oldest.token)) {
    await queue.deadLetter(oldest, 'test')
    inHand.shift()
  } else if (step.do === 'fail') {
    world.files.fail(step.kind, step.code, 1)
  }
}

const drain = async (world: World): Promise<void> => {
  while (world.queue.depth().rows > 0) {
    if (world.inHand.length === 0) await perform(world, { do: 'take', maxRows: 5 })
    await perform(world, { do: 'store' })
  }
}

const stepArbitrary: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('publish' as const), count: fc.integer({ min: 1, max: 6 }), sizeBytes: fc.integer({ min: 8, max: 400 }) }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('take' as const), maxRows: fc.integer({ min: 1, max: 8 }) }) },
  { weight: 4, arbitrary: fc.constant({ do: 'store' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'split' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'dead-letter' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'stop' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('fail' as const),
      kind: fc.constantFrom('write' as const, 'sync' as const),
      code: fc.constantFrom('ENOSPC' as const, 'EIO' as const),
    }),
  },
)

interface Life {
  steps: Step[]
  crashAfter: number
  crash: 'kill' | 'power'
  chances: number[]
}

const lifeArbitrary: fc.Arbitrary<Life> = fc.record({
  steps: fc.array(stepArbitrary, { minLength: 1, maxLength: 25 }),
  crashAfter: fc.integer({ min: 1, max: 120 }),
  crash: fc.constantFrom('kill' as const, 'power' as const),
  chances: fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 1, maxLength: 10 }),
})

const cycling = (values: number[]): (() => number) => {
  let index = 0
  return () => values[index++ % values.length] ?? 0
}

/** The disk is full for one write while a finished segment is being removed: what came later must not overtake the batch that is tried again. */
const fullWhileSegmentsGo: Life[] = [
  { steps: [{ do: 'publish', count: 1, sizeBytes: 8 }], crashAfter: 6, crash: 'kill', chances: [0] },
  {
    steps: [
      { do: 'publish', count: 1, sizeBytes: 8 },
      { do: 'take', maxRows: 1 },
      { do: 'store' },
      { do: 'fail', kind: 'write', code: 'ENOSPC' },
      { do: 'publish', count: 2, sizeBytes: 8 },
      { do: 'take', maxRows: 1 },
    ],
    crashAfter: 22,
    crash: 'kill',
    chances: [0],
  },
]

test('whatever is acknowledged is stored exactly once and in order, wherever the machine stops and the disk fails', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(lifeArbitrary, { minLength: 1, maxLength: 3 }), async (lives) => {
      const damage: string[] = []
      const files = createSimulatedFiles()
      const world: World = {
        files,
        queue: await open(files, damage),
        engine: { tokens: new Map(), stored: [] },
        attempted: [],
        acknowledged: new Set(),
        inHand: [],
        damage,
      }
      for (const life of lives) {
        const chance = cycling(life.chances)
        const { files } = world
        files.crashAt(files.operations + life.crashAfter, chance)
        let isUp = true
        files.crashed.then(() => {
          isUp = false
        })
        for (const step of life.steps) {
          if (!isUp) break
          if (step.do === 'stop') break
          await Promise.race([perform(world, step), files.crashed]).catch((error: unknown) => {
            if (isUp && (error as Error).name === 'AssertionError') throw error
          })
        }
        const closing = world.queue.close().catch(() => undefined)
        await Promise.race([closing, files.crashed])
        world.files = files.survivors(isUp ? 'kill' : life.crash, chance)
        world.queue = await open(world.files, damage)
        world.inHand = []
      }
      await drain(world)
      const letters = await world.queue.deadLetters.list()
      const dead = await Promise.all(letters.map(async ({ id }) => nameOf((await world.queue.deadLetters.get(id))?.batch ?? missing())))
      const everything = [...world.engine.stored, ...dead]
      expect(new Set(world.engine.stored).size).toBe(world.engine.stored.length)
      for (const name of world.acknowledged) expect(everything).toContain(name)
      for (const name of everything) expect(world.attempted).toContain(name)
      for (const name of world.acknowledged) expect(world.queue.recall(1, name)).toEqual({ rows: 1, rejectedRows: 0 })
      const numbers = world.engine.stored.map((name) => Number(name.slice(1)))
      expect(numbers).toEqual([...numbers].sort((a, b) => a - b))
      await world.queue.close()
    }),
    {
      numRuns: Number(process.env.CRASH_RUNS ?? 150),
      interruptAfterTimeLimit: Number(process.env.CRASH_MS ?? 10_000),
      examples: [[fullWhileSegmentsGo]],
    },
  )
})

const missing = (): never => {
  throw new Error('a listed dead letter is not there')
}
