import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { HeartwoodError } from '../../errors.ts'
import { createDoorUnderTest, type DoorUnderTest } from '../testing/door-under-test.ts'
import { createSyslogReceiver, type SyslogReceiver } from './syslog-receiver.ts'

let door: DoorUnderTest
let receiver: SyslogReceiver
const problems: string[] = []
beforeEach(async () => {
  problems.length = 0
  door = await createDoorUnderTest()
})
afterEach(async () => {
  await receiver.close()
  await door.app.close()
})

async function listen(transport: 'udp' | 'tcp', project = 'shop', windowMs = 20): Promise<number> {
  receiver = createSyslogReceiver({
    listeners: [{ transport, host: '127.0.0.1', port: 0, project, timezone: 'UTC' }],
    ingest: door.ingest,
    projects: door.projects,
    onProblem: (message) => problems.push(message),
    windowMs,
  })
  const [opened] = await receiver.start()
  return opened?.port ?? 0
}
const messages = () => door.events.map((event) => event.message)

describe('syslog', () => {
  it('takes lines and counted messages over TCP, with level, host, service and lines inside', async () => {
    const port = await listen('tcp')
    const socket = connect(port, '127.0.0.1')
    const counted = '<11>1 2026-11-21T11:59:00Z web-1 shop 42 - - first\n  second\n\n2026-11-21 third'
    socket.end(`<14>Nov 21 11:58:00 db-1 postgres[7]: ready\n${Buffer.byteLength(counted)} ${counted}`)
    await once(socket, 'close')
    await vi.waitFor(() => expect(door.events).toHaveLength(2))
    expect(door.events[0]).toMatchObject({ host: 'db-1', service: 'postgres', level: 'info', message: 'ready' })
    expect(door.events[1]).toMatchObject({ host: 'web-1', service: 'shop', level: 'error', timestamp: '2026-11-21T11:59:00.000000Z' })
    expect(door.events[1]?.message).toBe('first\n  second\n\n2026-11-21 third')
  })

  it('keeps datagrams apart and as they were, whatever they begin with', async () => {
    const port = await listen('udp')
    const socket = createSocket('udp4')
    for (const text of ['<14>two\nlines\n', ' led by a blank', '\nand by a line']) socket.send(text, port, '127.0.0.1')
    await vi.waitFor(() => expect(messages()).toEqual(['two\nlines', 'led by a blank', 'and by a line']))
    socket.close()
  })

  it('takes datagrams, several to a batch', async () => {
    const port = await listen('udp')
    const socket = createSocket('udp4')
    for (let index = 0; index < 50; index++) socket.send(`<13>Nov 21 11:58:00 h app: m${index}`, port, '127.0.0.1')
    await vi.waitFor(() => expect(messages()).toHaveLength(50))
    socket.close()
    expect(door.queue.batches.length).toBeLessThan(20)
    expect(door.ledger.snapshot()[0]).toMatchObject({ door: 'syslog', queued: 50 })
  })

  it('keeps messages while the queue is full, and counts them once', async () => {
    const port = await listen('tcp')
    door.queue.failure = new HeartwoodError('queue-full', 'Full.')
    const socket = connect(port, '127.0.0.1')
    socket.write('<13>Nov 21 11:58:00 h app: patient\n')
    await vi.waitFor(() => expect(messages()).toEqual(['patient', 'patient']), 3_000)
    door.queue.failure = undefined
    await vi.waitFor(() => expect(door.queue.batches).toHaveLength(1), 3_000)
    expect(door.ledger.snapshot()).toMatchObject([{ received: 1, queued: 1, refused: {} }])
    socket.destroy()
  })

  it('counts what it loses and says why', async () => {
    const port = await listen('tcp', 'nowhere')
    const socket = connect(port, '127.0.0.1')
    socket.end('<13>Nov 21 11:58:00 h app: lost\n')
    await vi.waitFor(() => expect(problems).toHaveLength(1))
    expect(problems[0]).toContain('nowhere')
    await vi.waitFor(() => expect(door.ledger.snapshot()).toMatchObject([{ projectId: 0, received: 1, refused: { 'project-not-found': 1 } }]))
  })

  it('stores what it holds before it closes', async () => {
    const port = await listen('tcp', 'shop', 60_000)
    const socket = connect(port, '127.0.0.1')
    socket.end('<13>Nov 21 11:58:00 h app: last\n')
    await once(socket, 'close')
    expect(messages()).toEqual([])
    await receiver.close()
    expect(messages()).toEqual(['last'])
  })

  it('says so when the port is taken', async () => {
    const port = await listen('tcp')
    const second = createSyslogReceiver({
      listeners: [{ transport: 'tcp', host: '127.0.0.1', port, project: 'shop', timezone: 'UTC' }],
      ingest: door.ingest,
      projects: door.projects,
      onProblem: () => undefined,
    })
    await expect(second.start()).rejects.toMatchObject({ code: 'port-taken' })
  })
})
