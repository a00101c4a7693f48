import { expect, it } from 'vitest'
import { createLogger } from './logger.ts'

function setUp() {
  const calls: unknown[][] = []
  let now = 0
  const logger = createLogger({
    call(level, _from, _given, message, attributes, options) {
      calls.push([level, message, attributes, options])
      return 'id'
    },
    isLevelEnabled: () => true,
    bind: () => ({ attributes: undefined, options: undefined }),
    monotonicNow: () => now,
  })
  const pass = (ms: number): void => {
    now += ms
  }
  return { logger, calls, pass }
}

it('logs a timer once, with what its beginning and its end say', () => {
  const { logger, calls, pass } = setUp()
  const timer = logger.startTimer('sync', { folder: 'a', files: 0 })
  pass(12.3456)
  expect(timer.elapsed()).toBe(12.346)
  expect(timer.end({ files: 3 }, { tags: ['nightly'], perf: { queries: 5, durationMs: 1 } })).toBe('id')
  expect(timer.end()).toBe('')
  expect(calls).toEqual([['info', 'sync', { folder: 'a', files: 3 }, { tags: ['nightly'], perf: { queries: 5, durationMs: 12.346 } }]])
})

it('logs each run of a timed function when it ends, with the time that it took', async () => {
  const { logger, calls, pass } = setUp()
  class Shop {
    readonly name = 'corner'
    readonly open = logger.timed('open', function (this: Shop, hour: number) {
      pass(2)
      return `${this.name} at ${hour}`
    })
  }
  expect(new Shop().open(9)).toBe('corner at 9')

  let finish = (_: string): void => {}
  const load = logger.timed('load', () => {
    return new Promise<string>((resolve) => {
      finish = resolve
    })
  })
  const loaded = load()
  pass(30)
  expect(calls).toHaveLength(1)
  finish('done')
  expect(await loaded).toBe('done')
  expect(calls).toEqual([
    ['info', 'open', undefined, { perf: { durationMs: 2 } }],
    ['info', 'load', undefined, { perf: { durationMs: 30 } }],
  ])
})

it('logs what a timed function throws, and throws it on', async () => {
  const { logger, calls } = setUp()
  const refused = new Error('refused')
  const thrown = logger.timed('pay', () => {
    throw refused
  })
  const rejected = logger.timed('pay later', () => Promise.reject(refused))
  expect(thrown).toThrow(refused)
  await expect(rejected()).rejects.toBe(refused)
  expect(calls).toEqual([
    ['error', 'pay failed', undefined, { error: refused, perf: { durationMs: 0 } }],
    ['error', 'pay later failed', undefined, { error: refused, perf: { durationMs: 0 } }],
  ])
})

it('does not touch the `then` of what is no promise: a query would begin', () => {
  const { logger, calls } = setUp()
  let begun = 0
  const query = {
    // biome-ignore lint/suspicious/noThenProperty: what query builders have
    then() {
      begun += 1
    },
  }
  expect(logger.timed('query', () => query)()).toBe(query)
  expect(begun).toBe(0)
  expect(calls).toHaveLength(1)
})
