import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { createClient } from './create-client.ts'
import { close, info, stats } from './global-api.ts'
import { init } from './init.ts'
import { consoleCapture } from './integrations/console.ts'
import { getClient } from './registry.ts'

let rates = '{}'
const server = createServer((request, response) => {
  let text = ''
  request.setEncoding('utf8').on('data', (part) => {
    text += part
  })
  request.on('end', () => {
    response.writeHead(202, { 'x-heartwood-sample-rates': rates })
    response.end(JSON.stringify({ accepted: text.split('\n').length, rejected: [], rejectedCount: 0 }))
  })
})
let endpoint = ''
let folder = ''
beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  folder = mkdtempSync(join(tmpdir(), 'heartwood-client-'))
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await close()
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
  rmSync(folder, { recursive: true, force: true })
})

const EVENTS = [
  'exit',
  'beforeExit',
  'SIGTERM',
  'SIGINT',
  'newListener',
  'removeListener',
  'uncaughtExceptionMonitor',
  'unhandledRejection',
  'warning',
]
const hooks = (): number[] => EVENTS.map((event) => process.listenerCount(event))

it('captures nothing before init, and breaks nothing there whatever the environment says', () => {
  vi.stubEnv('HEARTWOOD_BATCH_SIZE', 'many')
  expect([info('into the void'), stats().captured]).toEqual(['', 0])
})

it('is nobody’s any more once it is closed, and has its counts still', async () => {
  const client = init({ endpoint, apiKey: 'k', integrations: [] })
  info('a')
  expect(getClient()).toBe(client)
  const closed = close()
  expect(getClient()).toBeUndefined()
  expect([await closed, info('b'), client.info('c')]).toEqual([true, '', ''])
  expect([stats(), client.stats()]).toMatchObject(Array(2).fill({ captured: 1, sent: 1, buffered: 0 }))
  expect(await close()).toBe(true)
  // The next one is not taken for it.
  const next = init({ endpoint, apiKey: 'k', integrations: [] })
  await client.close()
  expect(getClient()).toBe(next)
  expect(stats().captured).toBe(0)
})

it('that is followed by another by a second init has sent what it had', async () => {
  const first = init({ endpoint, apiKey: 'k', integrations: [] })
  info('a')
  const second = init({ endpoint, apiKey: 'k', integrations: [] })
  info('b')
  await vi.waitFor(() => expect(first.stats().sent).toBe(1), { timeout: 15_000 })
  expect([first.stats().captured, second.stats().captured, getClient() === second]).toEqual([1, 1, true])
})

it('does nothing at all while it is disabled, and begins when it is enabled', async () => {
  vi.stubEnv('HEARTWOOD_ENABLED', 'false')
  const spool = join(folder, 'spool')
  const before = { hooks: hooks(), resources: process.getActiveResourcesInfo().sort() }
  const client = init({ endpoint, apiKey: 'k', spool })
  expect([info('a'), client.error(new Error('b')), client.isLevelEnabled('fatal'), client.stats().captured]).toEqual(['', '', false, 0])
  await new Promise((resolve) => setImmediate(resolve))
  expect({ hooks: hooks(), resources: process.getActiveResourcesInfo().sort() }).toEqual(before)
  expect(existsSync(spool)).toBe(false)
  await expect(client.ingestRaw('line')).rejects.toMatchObject({ code: 'disabled' })
  client.reconfigure({ enabled: true })
  expect(hooks()).not.toEqual(before.hooks)
  info('c')
  expect([await client.close(), client.stats().sent]).toEqual([true, 1])
  expect(hooks()).toEqual(before.hooks)
})

it('keeps what the server told of rates when other options change, and forgets it with another key', async () => {
  const client = createClient({ endpoint, apiKey: 'k' })
  rates = '{"debug":0}'
  client.info('a')
  await client.flush()
  client.reconfigure({ maxRetries: 1, service: undefined })
  client.debug('b')
  expect(client.stats()).toMatchObject({ captured: 2, dropped: { sampled: 1 } })
  client.reconfigure({ apiKey: 'other' })
  client.debug('c')
  expect(client.stats()).toMatchObject({ captured: 3, buffered: 1, dropped: { sampled: 1 } })
  rates = '{}'
  await client.close()
})

it('tells once, when it is made, of a spool folder that cannot be written', async () => {
  const file = join(folder, 'file')
  writeFileSync(file, '')
  const told: Error[] = []
  await new Promise<void>((resolve) => {
    const client = createClient({ endpoint, apiKey: 'k', spool: join(file, 'queue'), debug: true, onError: (error) => told.push(error) && resolve() })
    expect([client.info('a') !== '', told]).toEqual([true, []])
    void client.close()
  })
  expect(told).toMatchObject([{ code: 'spool-unwritable', message: expect.stringContaining(file) }])
})

it('watches nothing that a hook does, in a scope of its own too', async () => {
  const written = vi.spyOn(console, 'warn').mockReturnValue()
  const users: unknown[] = []
  const client = createClient({
    endpoint,
    apiKey: 'k',
    integrations: [consoleCapture()],
    beforeSend(event) {
      client.withScope((scope) => {
        scope.setUser({ id: 'ann' })
        // biome-ignore lint/suspicious/noConsole: what a hook writes is what is tried
        console.warn('seen', client.scope().data.userId)
      })
      users.push(client.scope().data.userId)
      return event
    },
  })
  client.info('a')
  await client.flush()
  expect([written.mock.calls, users, client.stats().captured]).toEqual([[['seen', 'ann']], [undefined], 1])
  await client.close()
  written.mockRestore()
})

it('refuses to change what cannot be changed', async () => {
  const client = createClient({ endpoint, apiKey: 'k' })
  // As a program without types would.
  const changes: object = { spool: folder }
  expect(() => client.reconfigure(changes)).toThrow('`spool` stays as it was given')
  await client.close()
})

it('makes its spool folder at once', async () => {
  const spool = join(folder, 'made', 'here')
  const client = createClient({ endpoint, apiKey: 'k', spool })
  await vi.waitFor(() => expect(existsSync(spool)).toBe(true), { timeout: 15_000 })
  await client.close()
})

it('sends what it has when an integration cannot be taken back', async () => {
  const undo = () => {
    throw new Error('not mine')
  }
  const client = createClient({ endpoint, apiKey: 'k', integrations: [{ name: 'broken', setup: () => undo }] })
  client.info('a')
  expect([await client.close(), client.stats().sent]).toEqual([true, 1])
})

it('is not made, and leaves nothing behind, where an integration has wrong options', () => {
  const before = hooks()
  expect(() => init({ endpoint, propagateTo: ['://'] })).toThrow('`propagateTo` must be a list of hosts')
  expect(() => init({ endpoint, integrations: () => [consoleCapture({ levels: ['loud' as 'log'] })] })).toThrow(
    '`levels` must be a list of debug, log',
  )
  expect([hooks(), getClient()]).toEqual([before, undefined])
})

it('lets the program log to its console what cannot be read', async () => {
  const client = createClient({ endpoint, apiKey: 'k', integrations: [consoleCapture({ levels: ['log'] })] })
  const hostile = new Proxy({}, { get: () => expect.fail(), getOwnPropertyDescriptor: () => expect.fail(), ownKeys: () => expect.fail() })
  // As captured.
  const { log } = console
  log('order', {
    get late() {
      throw new Error('gone')
    },
  })
  log(hostile)
  const events: unknown[] = []
  client.onEvent(({ attributes }) => events.push(attributes))
  await client.close()
  expect(events).toMatchObject([{ late: '[Throws: gone]' }])
})
