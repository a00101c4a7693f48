import { describe, expect, it } from 'vitest'
import { NODES, preparePeers, type ReceivedEvent, runProgram, useFakeServer } from './harness.ts'

const server = useFakeServer()

const byMessage = (message: string): ReceivedEvent => server.events().find((event) => event.message === message) as ReceivedEvent

describe.skipIf(!preparePeers()).each(NODES)('winston on $name', ({ node }) => {
  it('has its messages, levels, errors and formats as events', async () => {
    const result = await runProgram('loggers/winston.cjs', { env: server.env, node })
    expect(result).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('FINISHED with 0 left') })
    expect(byMessage('in a request')).toMatchObject({ level: 'info', requestId: 'req-7', attributes: { app: 'shop', order: 'A-1' } })
    expect(
      ['http', 'verbose', 'debug', 'silly'].map((level) => [byMessage(`npm ${level}`).level, byMessage(`npm ${level}`).attributes?.level]),
    ).toEqual([
      ['info', 'http'],
      ['debug', 'verbose'],
      ['debug', undefined],
      ['trace', 'silly'],
    ])
    const thrown = byMessage('query failed')
    expect(thrown).toMatchObject({
      level: 'error',
      error: { type: 'TypeError', stack: expect.stringMatching(/winston\.cjs:\d+[\s\S]*Caused by: Error: reset/) },
    })
    expect(thrown.attributes).toEqual({ app: 'shop', 'error.code': 'E_QUERY' })
    expect(byMessage('order lost: too far')).toMatchObject({ error: { type: 'RangeError', message: 'too far' } })
    expect(byMessage('query took 12 ms')).toMatchObject({ level: 'warn' })
    expect(byMessage('of a child')).toMatchObject({ attributes: { module: 'db' } })

    expect(byMessage('disk a is full')).toMatchObject({ level: 'fatal', attributes: { level: 'crit', percent: 100 } })
    expect(byMessage('syslog notice')).toMatchObject({ level: 'info', attributes: { level: 'notice' } })
    expect(byMessage('not wanted of this transport')).toBeUndefined()
    expect(byMessage('formatted')).toMatchObject({
      error: { type: 'RangeError', message: 'formatted', stack: expect.stringMatching(/winston\.cjs:\d+/) },
    })
    expect(server.events()).toHaveLength(12)
    expect(JSON.stringify(server.events())).not.toContain('\\u001b')
  })

  it('that catches what nobody else has caught ends with it delivered', async () => {
    const result = await runProgram('loggers/winston-exception.mjs', { env: server.env, node })
    expect(result.code).toBe(1)
    expect(server.events()).toMatchObject([
      { level: 'fatal', message: 'nobody caught it', error: { type: 'TypeError', stack: expect.stringContaining('winston-exception.mjs') } },
    ])
  })
})
