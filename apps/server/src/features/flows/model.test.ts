import { expect, it } from 'vitest'
import { flowName, judgeRuns, missingSteps, paceOf, QUIET_MS, type RunFacts, summarise, summariseSteps } from './model.ts'

const NOW = Date.parse('2026-11-21T12:00:00Z')

const run = (flowId: string, parts: Partial<RunFacts> = {}): RunFacts => {
  const endedMs = parts.endedMs ?? NOW - 2 * QUIET_MS
  return {
    flowId,
    startedMs: endedMs - 1_000,
    endedMs,
    events: 3,
    lastStep: 2,
    lastMessage: 'paid',
    endLevel: 'info',
    level: 'info',
    services: [],
    ...parts,
  }
}

it.each([
  ['checkout-7f3a91c2', 'checkout'],
  ['user-sign-up-k3j9z0a1', 'user-sign-up'],
  ['import-0190d3a4-7c1e-7b2a-9a44-0c1d2e3f4a5b', 'import'],
  ['checkout-kzqwxyab', 'checkout'],
  ['order-process', 'order'],
  ['日本語 / b-a1b2c3d4', '日本語 / b'],
  ['two\nlines-a1b2c3d4', 'two\nlines'],
  ['-7f3a91c2', '-7f3a91c2'],
  ['plain', 'plain'],
])('takes %s for a run of %s', (flowId, name) => {
  expect(flowName(flowId)).toBe(name)
})

it('judges a run by its last event, its age and where runs of its name usually end', () => {
  const runs = judgeRuns(
    [
      run('pay-a1'),
      run('pay-a2'),
      run('pay-a3', { lastStep: 1 }),
      run('pay-a4', { lastStep: 1, endLevel: 'error' }),
      run('pay-a5', { lastStep: 1, endedMs: NOW - QUIET_MS + 1 }),
      run('pay-a6', { lastStep: 5 }),
      run('log-b1', { lastStep: -1 }),
    ],
    NOW,
  )
  expect(runs.map(({ state }) => state)).toEqual(['finished', 'finished', 'stalled', 'failed', 'running', 'finished', 'finished'])
})

it('counts a flow with one quiet run as finished, and of two ends that are equally frequent takes the later one', () => {
  expect(judgeRuns([run('a-1')], NOW)[0]?.state).toBe('finished')
  expect(judgeRuns([run('a-1', { lastStep: 1 }), run('a-2', { lastStep: 2 })], NOW).map(({ state }) => state)).toEqual(['stalled', 'finished'])
})

it('gives success and durations of a name over the runs that have ended', () => {
  const [flow] = summarise(
    judgeRuns(
      [run('pay-a1', { startedMs: NOW - 2 * QUIET_MS - 400 }), run('pay-a2'), run('pay-a3', { endLevel: 'fatal' }), run('pay-a4', { endedMs: NOW })],
      NOW,
    ),
  )
  expect(flow).toMatchObject({ name: 'pay', runs: 4, finished: 2, failed: 1, running: 1, stalled: 0, successRate: 2 / 3, p50Ms: 400, p95Ms: 1000 })
})

it('says in which step runs stop and how long they stay in each', () => {
  const runs = judgeRuns([run('pay-a1', { lastStep: 1 }), run('pay-a2', { lastStep: 1 }), run('pay-a3', { lastStep: 0, endLevel: 'error' })], NOW)
  const step = (flowId: string, index: number, atMs: number, message: string) => ({ flowId, step: index, atMs, message })
  const steps = summariseSteps(runs, [
    step('pay-a1', 0, 0, 'cart'),
    step('pay-a1', 1, 100, 'paid'),
    step('pay-a2', 0, 0, 'cart'),
    step('pay-a2', 1, 300, 'paid'),
    step('pay-a3', 0, 0, 'cart refused'),
  ])
  expect(steps).toEqual([
    { step: 0, message: 'cart', reached: 3, stopped: { finished: 0, failed: 1, running: 0, stalled: 0 }, p50Ms: 100, p95Ms: 300 },
    { step: 1, message: 'paid', reached: 2, stopped: { finished: 2, failed: 0, running: 0, stalled: 0 }, p50Ms: null, p95Ms: null },
  ])
})

it('marks a pause as a gap when it is long for this run, and lists the steps that are missing', () => {
  expect(paceOf([0, 10, 20, 5_020]).map(({ gap }) => gap)).toEqual([false, false, false, true])
  expect(paceOf([0, 5_000, 10_000, 15_000]).map(({ gap }) => gap)).toEqual([false, false, false, false])
  expect(paceOf([5, 15.5])).toEqual([
    { offsetMs: 0, deltaMs: 0, gap: false },
    { offsetMs: 10.5, deltaMs: 10.5, gap: false },
  ])
  expect(missingSteps([0, 1, 4])).toEqual([2, 3])
  expect(missingSteps([-1])).toEqual([])
})
