import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { EventJson } from '@heartwood/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { HeartwoodError } from '../../errors.ts'
import { sampleEvent } from '../../store/events/block/testing/sample-events.ts'
import { eventToJson } from '../../store/events/rows/event-row.ts'
import { createLogsFixture, type LogsFixture } from './testing/logs-fixture.ts'

let fixture: LogsFixture
beforeAll(async () => {
  fixture = await createLogsFixture()
})
afterAll(() => fixture?.close())

describe('GET /api/tail', () => {
  const open = async (q: string, project = 'shop'): Promise<{ response: IncomingMessage; close: () => void }> => {
    const { port } = fixture.app.server.address() as AddressInfo
    const request = get({ port, path: `/api/tail?project=${project}&q=${encodeURIComponent(q)}` })
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    response.setEncoding('utf8')
    return { response, close: () => request.destroy() }
  }
  const until = async (response: IncomingMessage, text: string): Promise<string> => {
    let seen = ''
    for await (const chunk of response.iterator({ destroyOnReturn: false })) {
      seen += chunk
      if (seen.includes(text)) return seen
    }
    return seen
  }
  const json = (message: string): EventJson => eventToJson(sampleEvent({ message }), '0190c0de-0000-7000-8000-000000000000')
  const gone = async (): Promise<void> => {
    while (fixture.tails.active(1).length > 0) await new Promise((resolve) => setImmediate(resolve))
  }

  it('streams what matches, says what was dropped, shows that it lives, and is forgotten when the client leaves', async () => {
    const { response, close } = await open('level:error')
    expect(response.headers['content-type']).toContain('text/event-stream')
    const [tail] = fixture.tails.active(1)
    expect(tail?.q).toBe('level:error')
    fixture.tails.deliver([{ id: tail?.id ?? 0, events: [json('one\ntwo')], dropped: 3 }])
    const seen = await until(response, 'event: drop')
    expect(seen).toContain('event: event\ndata: {"id":"0190c0de')
    expect(seen).toContain('one\\ntwo')
    expect(seen).toContain('data: {"dropped":3}')
    expect(await until(response, 'event: ping')).toContain('event: ping')
    close()
    await gone()
  })

  it('ends with the reason when its caller may not have it any more, and not when nobody can tell', async () => {
    const { response } = await open('')
    fixture.refusal.next = new HeartwoodError('meta-unavailable', 'The database does not answer.')
    await until(response, 'event: ping')
    await until(response, 'event: ping')
    fixture.refusal.next = new HeartwoodError('key-invalid', 'The key is unknown or was revoked.')
    const rest = await until(response, 'never')
    fixture.refusal.next = undefined
    expect(rest).toMatch(/event: end\ndata: {"status":401,"code":"key-invalid","message":"The key is unknown or was revoked."}\n\n$/)
    await gone()
  })

  it('answers a query that cannot be read with an error, and refuses more tails than the limit', async () => {
    const bad = await open('level:')
    expect(bad.response.statusCode).toBe(400)
    bad.close()
    const two = [await open(''), await open('')]
    const third = await open('')
    expect(third.response.statusCode).toBe(429)
    expect(third.response.headers['retry-after']).toBe('10')
    expect(await until(third.response, '}')).toContain('too-many-tails')
    for (const { close } of [...two, third]) close()
    await gone()
  })
})
