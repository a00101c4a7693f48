import { describe, expect, it } from 'vitest'
import { NODES, preparePeers, type ReceivedEvent, runProgram, useFakeServer } from './harness.ts'

const server = useFakeServer()

const byMessage = (message: string): ReceivedEvent => server.events().find((event) => event.message === message) as ReceivedEvent

describe.skipIf(!preparePeers()).each(NODES)('a console on $name', ({ node }) => {
  it('that is captured writes what it always wrote, and each message is one event', async () => {
    const plain = await runProgram('loggers/console.mjs', { node, args: ['plain'] })
    const captured = await runProgram('loggers/console.mjs', { env: server.env, node })
    expect(captured.code).toBe(0)
    expect(captured.stderr).toBe(plain.stderr)
    // The hook of the program writes too: once for each event, and none of that is captured.
    const ofHook = 'before send\n'
    expect(captured.stdout.replaceAll(ofHook, '')).toBe(plain.stdout)
    expect(captured.stdout.split(ofHook)).toHaveLength(server.events().length + 1)

    const place = {
      'code.file.path': expect.stringMatching(/console\.mjs$/),
      'code.line.number': expect.any(Number),
      'code.function.name': 'placeOrder',
    }
    expect(byMessage('order A-1 is late { customer: { id: 7 } }')).toMatchObject({ level: 'warn', attributes: { ...place, customer: { id: 7 } } })
    expect(byMessage('payment failed')).toMatchObject({
      level: 'error',
      attributes: place,
      detail: { stack: expect.stringMatching(/^console\.error\n {4}at placeOrder \(.*console\.mjs:\d+:\d+\)/) },
    })
    expect(byMessage('payment failed: TypeError: card refused')).toMatchObject({
      level: 'error',
      attributes: place,
      error: { type: 'TypeError', message: 'card refused' },
    })
    expect(byMessage('green 1 [ 2 ]')).toMatchObject({ level: 'info' })
    expect(byMessage('{ a: 1 }')).toMatchObject({ level: 'info', attributes: { a: 1 } })
    expect(byMessage('debug')).toMatchObject({ level: 'debug' })
    expect(byMessage('Assertion failed: does not hold: 2')).toMatchObject({ level: 'error' })
    expect(byMessage('here')).toMatchObject({
      level: 'debug',
      detail: { callStack: expect.stringMatching(/^console\.trace\n {4}at .*console\.mjs/) },
    })
    expect(byMessage('{ deep: { er: 1 } }')).toMatchObject({ attributes: { deep: { er: 1 } } })
    expect(byMessage('in it')).toMatchObject({ level: 'info' })
    // table, group and count write through log; what comes after close is not captured.
    expect(server.events()).toHaveLength(14)
  })
})
