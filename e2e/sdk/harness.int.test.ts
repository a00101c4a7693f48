import { gzipSync } from 'node:zlib'
import { afterEach, expect, it } from 'vitest'
import { type FakeServer, startFakeServer } from './fake-server.ts'

let server: FakeServer
afterEach(() => server.close())

const post = (body: string | Uint8Array<ArrayBuffer>, headers: { [name: string]: string } = {}) =>
  fetch(`${server.url}/ingest?service=shop`, { method: 'POST', body, headers })

it('the fake server stores a batch once, whatever of it was repeated, and fills in its defaults', async () => {
  server = await startFakeServer()
  const body = new Uint8Array(gzipSync('{"heartwood.event_id":"1","message":"a"}\n{"heartwood.event_id":"2","message":"b","service":"till"}\n'))
  const answers = []
  for (let i = 0; i < 2; i++) answers.push(await (await post(body, { 'content-encoding': 'gzip', 'x-heartwood-batch': 'b1' })).json())
  expect(answers).toMatchObject([{ accepted: 2 }, { accepted: 2, duplicate: true }])
  expect(server.events()).toMatchObject([
    { id: '1', service: 'shop', kind: 'log', level: 'info' },
    { id: '2', service: 'till' },
  ])
  await post('{"heartwood.event_id":"1"}')
  expect(server.repeated()).toEqual(['1'])
})

it('the fake server loses answers, refuses and goes down as it is told', async () => {
  server = await startFakeServer({
    answer: (_, index) => [{ reset: 'after' as const }, { status: 429, headers: { 'retry-after': '7' } }, { partial: 1 }][index],
  })
  await expect(post('{"heartwood.event_id":"1"}')).rejects.toThrow()
  expect(server.events()).toHaveLength(1)
  const refused = await post('{"heartwood.event_id":"2"}')
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '7'])
  expect(await (await post('{"heartwood.event_id":"2"}\n{"heartwood.event_id":"3"}')).json()).toMatchObject({ accepted: 1, rejected: [{ index: 1 }] })
  await server.goDown()
  await expect(post('{"heartwood.event_id":"4"}')).rejects.toThrow()
  await server.comeUp()
  expect((await post('{"heartwood.event_id":"4"}')).status).toBe(202)
  expect(server.events().map(({ id }) => id)).toEqual(['1', '2', '4'])
})
