import { expect, it } from 'vitest'
import { createClient } from './create-client.ts'
import type { CoreOptions } from './options.ts'
import { parseOptions } from './parse-options.ts'
import type { OutgoingEvent } from './types.ts'

function setUp(given: CoreOptions = {}, setTimer = (_run: () => void): void => undefined) {
  const parse = (options: CoreOptions) => parseOptions({ apiKey: 'k', ...options }, {}, () => undefined)
  const { client, flushSync } = createClient({
    platform: {
      now: () => 0,
      monotonicNow: () => 0,
      randomBytes: (length) => new Uint8Array(length).fill(7),
      encode: (text) => new TextEncoder().encode(text),
      setTimer(run) {
        setTimer(run)
        return { cancel: () => undefined }
      },
      defer: queueMicrotask,
      transport: {
        async send({ body = new Uint8Array() }) {
          const accepted = new TextDecoder().decode(body).split('\n').length
          return { status: 202, headers: {}, body: JSON.stringify({ accepted, rejected: [] }) }
        },
        close: () => undefined,
      },
      context: { current: () => undefined, run: (_, run) => run() },
      warn: () => undefined,
    },
    options: parse(given),
    parse,
    given,
  })
  const events: OutgoingEvent[] = []
  client.onEvent((event) => events.push(event))
  return { client, flushSync, events }
}

it('loses nothing that hooks and listeners log while the process ends', () => {
  const taken: unknown[] = []
  const { client, flushSync } = setUp({
    beforeSend(event) {
      if (!event.message.startsWith('hook')) client.info(`hook: ${event.message}`)
      return event
    },
  })
  client.info('a')
  const sendNow = (requests: readonly { readonly body?: Uint8Array }[]) =>
    requests.map(({ body }) => {
      const lines = new TextDecoder().decode(body).split('\n')
      taken.push(...lines.map((line) => JSON.parse(line).message))
      return { status: 202, headers: {}, body: JSON.stringify({ accepted: lines.length }) }
    })
  flushSync(sendNow, true)
  client.info('b')
  expect(taken.toSorted()).toEqual(['a', 'b', 'hook: a', 'hook: b'])
  expect(client.stats()).toMatchObject({ captured: 4, sent: 4, buffered: 0, dropped: {} })
})

// What programs without types hand in.
const anything = (value: unknown) => value as never

it('loses no event to a level that nobody knows', async () => {
  const { client, events } = setUp()
  client.log(anything('verbose'), 'a')
  client.log(anything('toString'), 'b')
  client.captureException(new Error('c'), { level: anything('severe') })
  await client.flush()
  expect(events.map(({ level, message }) => [level, message])).toEqual([
    ['info', 'a'],
    ['info', 'b'],
    ['error', 'c'],
  ])
  expect(client.stats()).toMatchObject({ captured: 3, sent: 3, dropped: {} })
})

it('captures nothing at such a level either while it is disabled', () => {
  const { client } = setUp({ enabled: false })
  expect([client.log(anything('verbose'), 'a'), client.stats().captured]).toEqual(['', 0])
})

it('takes null for options, and nobody for who did something', async () => {
  const { client, events } = setUp()
  client.info('a', {}, anything(null))
  client.captureException(new Error('b'), anything(null))
  client.audit('session.ended', anything(undefined))
  await client.flush()
  expect(events.map(({ message, userId }) => [message, userId])).toEqual([
    ['a', undefined],
    ['b', undefined],
    ['unknown session.ended', 'unknown'],
  ])
})

it('names what it received where it cannot use it', async () => {
  const { client } = setUp()
  for (const [value, received] of [
    [null, 'null'],
    [42, '42'],
    [undefined, 'undefined'],
  ] as const)
    expect(() => client.reconfigure(anything(value))).toThrow(`\`options\` must be an object, not ${received}.`)
  const refused: [unknown[], string][] = [
    [[42], 'it takes a text or a Uint8Array, not 42'],
    [['x', 7], 'the format must be a text, not 7'],
    [['x', 'text', 'shop'], 'its defaults must be an object, not "shop"'],
  ]
  for (const [[body, format, defaults], wrong] of refused)
    await expect(client.ingestRaw(anything(body), anything(format), anything(defaults))).rejects.toMatchObject({
      name: 'HeartwoodApiError',
      code: 'argument-invalid',
      message: `The text was not taken: ${wrong}.`,
    })
  expect(client.child(anything(null), anything(null)).info('a')).not.toBe('')
})

it('counts what the options of an event hold among the bytes of its buffer', () => {
  const { client } = setUp({ maxBufferBytes: 65_536 })
  const page = 'x'.repeat(30_000)
  for (let n = 0; n < 10; n++) client.info('a', undefined, { detail: { page } })
  expect(client.stats()).toMatchObject({ captured: 10, dropped: { 'buffer-full': 8 } })
})

it('tells once that its buffer is full, and not on the turn of whoever logs', async () => {
  const told: string[] = []
  const { client } = setUp({ maxBufferEvents: 100, onError: ({ message }) => told.push(message) })
  for (let n = 0; n < 300; n++) client.info('a')
  expect(told).toEqual([])
  await client.flush()
  expect(told).toEqual([expect.stringContaining('`buffer-full`')])
})

const throwing = (name: string, others: object = {}): object =>
  Object.defineProperty({ ...others }, name, {
    enumerable: true,
    get() {
      throw new Error('no')
    },
  })

it('loses what throws when it is read, and not the event', async () => {
  const { client, events } = setUp()
  client.info('beside an error', throwing('g', { err: new TypeError('e') }))
  client.info('instead of an error', throwing('error', { a: 1 }))
  client.info('among the options', {}, anything(throwing('tags')))
  client.info(anything({ message: Object.create(null) }))
  await client.flush()
  expect(events.map(({ message, attributes, error }) => [message, attributes, error?.type])).toEqual([
    ['beside an error', { g: expect.stringContaining('no') }, 'TypeError'],
    ['instead of an error', { a: 1, error: expect.stringContaining('no') }, undefined],
    ['among the options', {}, undefined],
    ['{ message: … }', undefined, 'Object'],
  ])
  expect(client.stats()).toMatchObject({ captured: 4, sent: 4, dropped: {} })
})

it('audits and captures though what it is given throws when it is read', async () => {
  const { client, events } = setUp()
  client.audit('door.opened', anything(throwing('badge', { id: 'ann' })), throwing('room'))
  client.audit(anything(Object.create(null)), { id: anything(Object.create(null)) })
  client.captureException(new Error('a'), anything(throwing('level', { tags: ['t'] })))
  client.captureException(new Error('b'), { handled: true, attributes: throwing('room', { floor: 2 }) })
  client.captureException(new Error('c'), anything(new Proxy({}, { ownKeys: () => anything(undefined) })))
  await client.flush()
  expect(events.map(({ message, userId, tags }) => [message, userId, tags])).toEqual([
    ['ann door.opened', 'ann', undefined],
    [expect.stringContaining('[Throws'), expect.stringContaining('[Throws'), undefined],
    ['a', undefined, ['t']],
    ['b', undefined, undefined],
    ['c', undefined, undefined],
  ])
  expect(events[3]?.attributes).toMatchObject({ room: expect.stringContaining('no'), floor: 2, 'error.handled': true })
})

it('takes what was thrown for the error, whatever it is', async () => {
  const { client, events } = setUp()
  client.error('failed', 'out of paper', { attributes: { tray: 2 } })
  client.error('failed', { message: 'no toner', code: 7 }, { attributes: { tray: 3 } })
  await client.flush()
  expect(events).toMatchObject([
    { message: 'failed', error: { message: 'out of paper' }, attributes: { tray: 2 } },
    { message: 'failed', error: { message: 'no toner' }, attributes: { tray: 3, 'error.code': 7 } },
  ])
})

it('keeps the attributes of a call and those of its options', async () => {
  const { client, events } = setUp()
  client.info('printed', { tray: 1, pages: 3 }, anything({ attributes: { tray: 2, copies: 4 } }))
  client.error('not printed', { tray: 1 }, { attributes: { copies: 4 } })
  await client.flush()
  expect(events.map(({ attributes }) => attributes)).toEqual([
    { tray: 1, pages: 3, copies: 4 },
    { tray: 1, copies: 4 },
  ])
})

it.each([
  ['milliseconds', 5_000],
  ['a Date', new Date(5_000)],
  ['a text', '1970-01-01T00:00:05.000Z'],
])('takes the time of an event as %s', async (_, timestamp) => {
  const { client, events } = setUp()
  client.info('printed', {}, anything({ timestamp }))
  await client.flush()
  expect(events).toMatchObject([{ timestamp: 5_000 }])
})

it('counts each event that is logged where the stack ends, and sends what it took', async () => {
  const { client, events } = setUp({ maxBufferEvents: 300, flushInterval: 0 })
  let calls = 0
  let errors = 0
  const log = (): void => {
    client.info('deep', { user: { id: 'u-1', list: [1, { two: 2 }] } })
    if (calls % 7 === 0) client.error(new Error(`failed ${errors++}`))
  }
  const wide = new Array<number>(120).fill(0)
  // From the bottom up each frame leaves the call about 1,000 bytes more; each round begins 8 bytes further down.
  const descend = (..._room: number[]): void => {
    try {
      descend(...wide)
    } catch {
      // The end of the stack.
    }
    if (calls++ < 60) log()
  }
  const begin = (..._shift: number[]): void => descend(...wide)
  for (let round = 0; round < 128; round++) {
    calls = 0
    begin(...wide.slice(0, round))
  }
  client.info('afterwards')
  await client.flush()
  const { captured, sent, buffered, dropped } = client.stats()
  expect(buffered).toBe(0)
  expect(sent).toBe(events.length)
  expect(new Set(events.map(({ id }) => id)).size).toBe(sent)
  expect(Object.values(dropped).reduce((sum, count) => sum + count, sent)).toBe(captured)
  expect(events.filter(({ message }) => message === 'afterwards')).toHaveLength(1)
})

it('sets the timer with the next event when it could not be set with the first', async () => {
  const timers: (() => void)[] = []
  let isAtEnd = true
  const { client, events } = setUp({}, (run) => {
    if (isAtEnd) throw new RangeError('Maximum call stack size exceeded')
    timers.push(run)
  })
  client.info('first')
  expect(client.stats()).toMatchObject({ captured: 1, buffered: 1 })
  isAtEnd = false
  client.info('second')
  expect(timers).toHaveLength(1)
  await client.flush()
  expect(events.map(({ message }) => message)).toEqual(['first', 'second'])
})

it('names the caller of what the program calls, and none where an integration calls', async () => {
  const { client, events } = setUp({ callerInfo: true })
  client.info('logged')
  client.audit('door.opened', 'ann')
  client.captureException(new Error('caught'))
  client.captureException(new Error('uncaught'), { handled: false })
  client.capture({ level: 'info', message: "another logger's line" })
  await client.flush()
  const here = expect.stringMatching(/create-client\.test\.ts$/)
  expect(events.map(({ message, attributes }) => [message, attributes?.['code.file.path']])).toEqual([
    ['logged', here],
    ['ann door.opened', here],
    ['caught', here],
    ['uncaught', undefined],
    ["another logger's line", undefined],
  ])
})
