import { type Event, unixMicros, unixMs } from '@heartwood/protocol'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createTestStore, type TestStore } from '../../query/testing/test-events.ts'
import { sampleEvent } from '../../store/events/block/testing/sample-events.ts'
import { createFlows, type Flows } from './service.ts'

const NOW = Date.parse('2026-11-21T12:00:00Z')
const MINUTE = 60_000
const RANGE = { from: '-2h', to: 'now' }

let test: TestStore
let flows: Flows
const step = (flowId: string, stepIndex: number, beforeMs: number, parts: Partial<Event> = {}): Event =>
  sampleEvent({
    flowId,
    stepIndex,
    timestamp: unixMicros((NOW - beforeMs) * 1000),
    message: `step ${stepIndex}`,
    level: 'info',
    service: 'shop',
    ...parts,
  })

beforeAll(async () => {
  test = await createTestStore()
  flows = createFlows({ store: test.store, now: () => unixMs(NOW) })
  const whole = (id: string, before: number): Event[] => [0, 1, 2].map((index) => step(id, index, before - index * 200))
  await test.load(1, [
    ...whole('checkout-a1b2c3d4', 60 * MINUTE),
    ...whole('checkout-b1b2c3d4', 50 * MINUTE),
    ...whole('checkout-c1b2c3d4', 40 * MINUTE).slice(0, 2),
    step('checkout-d1b2c3d4', 0, 30 * MINUTE),
    step('checkout-d1b2c3d4', 2, 30 * MINUTE - 3_000, { level: 'error', message: 'declined', service: 'bank' }),
    step('sign-up-e1b2c3d4', 0, MINUTE),
    sampleEvent({ timestamp: unixMicros(NOW * 1000), flowId: '' }),
  ])
  await test.load(2, whole('checkout-a1b2c3d4', 10 * MINUTE))
})
afterAll(() => test?.close())

it('lists the flows of a project by name, the latest first', async () => {
  const { flows: list, sampled, partial } = await flows.list(1, RANGE)
  expect([sampled, partial]).toEqual([false, null])
  expect(list).toEqual([
    expect.objectContaining({ name: 'sign-up', runs: 1, running: 1, successRate: null, p50Ms: null }),
    expect.objectContaining({ name: 'checkout', runs: 4, finished: 2, stalled: 1, failed: 1, running: 0, successRate: 0.5, p50Ms: 400 }),
  ])
})

it('lists runs, the newest first, by name and state', async () => {
  const ids = async (parts: { name?: string; state?: 'finished' | 'failed' }, limit = 50, offset = 0) => {
    const { runs, hasMore } = await flows.runs(1, { ...RANGE, ...parts, limit, offset })
    return [runs.map(({ flowId }) => flowId), hasMore]
  }
  expect(await ids({ name: 'checkout', state: 'finished' })).toEqual([['checkout-b1b2c3d4', 'checkout-a1b2c3d4'], false])
  expect(await ids({}, 2, 1)).toEqual([['checkout-d1b2c3d4', 'checkout-c1b2c3d4'], true])
  expect(await ids({ state: 'failed' })).toEqual([['checkout-d1b2c3d4'], false])
})

it('shows one run across services with its pauses and what is missing', async () => {
  const { run, events, missingSteps, truncated } = await flows.run(1, 'checkout-d1b2c3d4')
  expect(run).toMatchObject({
    name: 'checkout',
    state: 'failed',
    durationMs: 3_000,
    events: 2,
    lastStep: 2,
    lastMessage: 'declined',
    services: ['bank', 'shop'],
  })
  expect(events.map(({ event, offsetMs, deltaMs }) => [event.message, offsetMs, deltaMs])).toEqual([
    ['step 0', 0, 0],
    ['declined', 3_000, 3_000],
  ])
  expect([missingSteps, truncated]).toEqual([[1], false])
  await expect(flows.run(1, 'nothing-1')).rejects.toMatchObject({ code: 'flow-not-found' })
  await expect(flows.run(2, 'checkout-b1b2c3d4')).rejects.toMatchObject({ code: 'flow-not-found' })
})

it('says where the runs of a flow stop and how long each step takes', async () => {
  const { runs, steps } = await flows.steps(1, { ...RANGE, name: 'checkout' })
  expect(runs).toBe(4)
  expect(steps.map(({ step: index, reached, stopped, p50Ms }) => [index, reached, stopped.stalled, stopped.failed, p50Ms])).toEqual([
    [0, 4, 0, 0, 200],
    [1, 3, 1, 0, 200],
    [2, 3, 0, 1, null],
  ])
  expect(await flows.steps(1, { ...RANGE, name: 'check' })).toMatchObject({ runs: 0, steps: [] })
})
