import type { EventJson } from '@heartwood/protocol'
import { afterAll, beforeAll, expect } from 'vitest'
import { type RunningServer, startServer } from '../../support/server.ts'
import { type CompatProject, createProject, only } from '../support/project.ts'
import { startProxy } from '../support/proxy.ts'
import { hasPythonClients, runDriver, startDriver } from '../support/python.ts'
import { describeClient } from '../support/scoreboard.ts'

interface Methods {
  ids: Record<string, string>
  integration: string
  timed: number
  timed_error: string
  paused: number
  wrap: number
  wrap_raises: boolean
  decorator: string
  release: { release_id: string; version: string; status: string }
  release_again: { release_id: string }
}

const METHODS = 68
const failures = 'lognitor/failures.py'
const TOKENS = ['ping', 'wrap', 'decorator', 'failing'] as const
let server: RunningServer
let project: CompatProject
let web: CompatProject
let events: EventJson[]
let rows: EventJson[]
let result: Methods
let stderr: string

const numbered = (count: number, prefix = 'n') => Array.from({ length: count }, (_, i) => `${prefix}${i}`)
const messages = (list: readonly EventJson[]) => list.map((event) => event.message)
const all = (message: string): EventJson => only(events, message)

export function tryLognitor(): void {
  describeClient('lognitor', '1.0.3', ({ works, worksBeside }) => {
    beforeAll(async () => {
      if (!hasPythonClients) return
      server = await startServer()
      project = await createProject(server, 'Lognitor', 'lognitor')
      web = await createProject(server, 'Lognitor web', 'lognitor')
      const tokens: Record<string, string> = {}
      for (const name of TOKENS) tokens[name] = (await server.client.createHeartbeat({ body: { project: project.id, name } })).token
      const inFrameworks = runDriver('lognitor/frameworks.py', { url: server.url, key: web.key })
      const ended = await startDriver<Methods>('lognitor/methods.py', { url: server.url, key: project.key, args: { tokens } }).ended
      if (!ended.result) throw new Error(ended.stderr)
      ;({ result, stderr } = { result: ended.result, stderr: ended.stderr })
      await inFrameworks
      events = await project.events(METHODS)
      rows = await web.events(124)
    })
    afterAll(() => server?.stop())

    works('init, and logs before it', () => {
      expect(stderr.match(/^Lognitor: .*$/gm)).toEqual(['Lognitor: Invalid log level "loud"'])
      expect(all('info')).toMatchObject({ service: 'shop', environment: 'production', release: '1.2.0', host: expect.any(String) })
      expect(all('before init').attributes).toMatchObject({ metadata: { early: true } })
    })
    works('debug', () => {
      expect(all('debug').level).toBe('debug')
      expect(all('debug').attributes?.metadata).toEqual({ n: 1, f: 1.5, yes: true, none: null, deep: { list: [1, 'a'] } })
    })
    works('info', () => expect(all('info').level).toBe('info'))
    works('warn', () => expect(all('warn')).toMatchObject({ level: 'warn', tags: ['slow'] }))
    works('error', () => expect(all('error')).toMatchObject({ level: 'error', error: { type: 'ValueError', message: 'never raised' } }))
    works('fatal', () => expect(all('fatal')).toMatchObject({ level: 'fatal', error: { type: 'Custom', message: 'made by hand' } }))
    works('log', () => {
      expect(all('log').level).toBe('info')
      expect(result.ids.log).toMatch(/^[0-9a-f-]{36}$/)
      expect(result.ids['bad level']).toBe('')
    })
    works('every option of a log', () => {
      expect(all('all options')).toMatchObject({
        attributes: {
          metadata: { order_id: 42 },
          user: { plan: 'pro' },
          perf: { duration_ms: 3.25, memory_mb: 100 },
          deploy: { commit: 'abc' },
          action: 'pay',
          fingerprint: 'my own',
          notify: true,
          notify_channels: ['slack'],
          source: 'here.py:1',
          device: { os: 'linux' },
        },
        tags: ['a', 'b'],
        userId: '7',
        traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
        spanId: '00f067aa0ba902b7',
        sessionId: 's-1',
        requestId: 'r-1',
        request: { method: 'GET', path: '/pay', status: 200, durationMs: 12.5 },
        detail: { breadcrumbs: [{ message: 'given' }] },
      })
      expect(JSON.stringify(all('all options'))).not.toContain('geheim')
    })
    works('odd values', async () => {
      expect(all('odd values')).toMatchObject({ userId: '12.5', attributes: { metadata: { nan: null, inf: null } } })
      // Our own client of the API leaves out a name that JavaScript has another use for; the answer itself has it.
      const url = `${server.url}/api/search?project=${project.slug}&q=${encodeURIComponent('"odd values"')}`
      const answer = await fetch(url, { headers: { authorization: `Bearer ${server.token}` } })
      expect(await answer.text()).toContain('"__proto__":{"x":1}')
    })
    works('capture_exception', () => {
      const event = all('Card declined for order 42')
      expect(event).toMatchObject({
        level: 'error',
        error: { type: 'ValueError', message: 'Card declined for order 42' },
        tags: ['payment'],
        attributes: { metadata: { order_id: 42 } },
        detail: { source: { context_line: expect.stringContaining('raise ValueError') } },
      })
      expect(event.error?.stack).toMatch(/^Traceback[\s\S]*in charge\n/)
    })
    works('add_breadcrumb', () => {
      const [crumb] = (all('Card declined for order 42').detail?.breadcrumbs ?? []) as { message: string; data: { url: string } }[]
      expect(crumb).toMatchObject({ message: 'GET /users 200', data: { url: 'https://api.example/u?token=%5BFILTERED%5D&q=1' } })
    })
    works('repeats: one group with all that happened', async () => {
      const id = all('Card declined for order 42').issueId ?? ''
      const { issue } = await server.client.issue({ params: { id }, query: { project: project.slug } })
      expect(issue).toMatchObject({ occurrences: 4, type: 'ValueError' })
    })
    works('set_user, set_context, set_tags, set_session', () => {
      expect(all('with context')).toMatchObject({
        userId: 'u-1',
        sessionId: 'sess-9',
        tags: ['global', 'own'],
        attributes: { metadata: { region: 'eu', own: 1 }, user: { name: 'Anna' } },
      })
    })
    works('clear_user', () => expect(all('clear_user').userId).toBeUndefined())
    works('child', () => {
      expect(all('child')).toMatchObject({
        service: 'worker',
        release: '9',
        tags: ['child'],
        userId: 'u-1',
        attributes: { metadata: { region: 'eu', job: 5 } },
      })
    })
    works('start_timer', () => expect(durationOf('start_timer')).toBeGreaterThanOrEqual(0))
    works('timed', () => {
      expect(result.timed).toBe(5)
      expect(durationOf('timed')).toBeGreaterThanOrEqual(0)
      expect(result.timed_error).toBe("KeyError('lost')")
      expect(all('timed failing failed')).toMatchObject({ level: 'error', error: { type: 'KeyError' } })
    })
    works('LogHandler', () => {
      expect(all('logging warning').level).toBe('warn')
      expect(all('logging critical').level).toBe('fatal')
      expect(events.find((event) => event.message.startsWith('logging exception\nTraceback'))).toMatchObject({
        level: 'error',
        error: { type: 'KeyError' },
      })
    })
    works('before_send', () => {
      expect(messages(events)).not.toContain('before_send drops')
      expect(all('before_send changes').attributes?.metadata).toEqual({ changed: true })
    })
    works('redact_patterns', () => expect(messages(events)).toContain('redact [REDACTED] [REDACTED]'))
    works('auto_truncate', () => expect(all('long').level).toBe('info'))
    works('capture_caller_info', () => expect(all('info').attributes?.source).toMatch(/methods\.py:\d+$/))
    works('add_integration', () => expect(events.filter((event) => event.message === 'add_integration')).toHaveLength(2))
    works('pause, resume, flush', () => {
      expect(result.paused).toBeGreaterThanOrEqual(30)
      expect(messages(events).filter((message) => message.startsWith('paused '))).toEqual(numbered(30, 'paused '))
    })
    works('heartbeat', async () => {
      expect(result).toMatchObject({ wrap: 5, decorator: 'done', wrap_raises: true })
      const { checkins } = await server.client.checkins({ query: { project: project.slug } })
      expect(checkins.map((checkin) => checkin.name).sort()).toEqual(['decorator', 'ping', 'wrap'])
      expect(all('the job failed').error?.type).toBe('OSError')
    })
    works('submit_feedback', async () => {
      const { feedback } = await server.client.feedback({ query: { project: project.slug } })
      expect(feedback).toMatchObject([
        {
          comments: 'The button does nothing',
          name: 'Bea',
          email: 'bea@example.org',
          url: 'https://shop.example/cart',
          eventId: 'an id nobody knows',
        },
      ])
    })
    works('register_release', async () => {
      expect(result.release).toMatchObject({ release_id: expect.stringMatching(/^rel_./), version: '2.1.0', status: 'deployed' })
      expect(result.release_again.release_id).toBe(result.release.release_id)
      const { releases } = await server.client.releases({ query: { project: project.slug } })
      expect(releases).toMatchObject([{ releaseId: result.release.release_id, version: '2.1.0', deployments: 2 }])
      expect(all('after release').attributes).toMatchObject({ release_id: result.release.release_id })
    })
    works('send_request_logs', () => {
      expect(events.find((event) => event.requestId === 'row-1')).toMatchObject({
        kind: 'request',
        request: { method: 'GET', path: '/orders/17', status: 200, durationMs: 12.5 },
      })
    })
    works('reconfigure', () => {
      expect(all('reconfigure').service).toBe('renamed')
      expect(messages(events)).not.toContain('below min_level')
    })
    works('uncaught exceptions, at exit', () => {
      expect(all('uncaught in a thread').error?.type).toBe('RuntimeError')
      expect(all('uncaught at the end').error?.type).toBe('RuntimeError')
    })

    works('sampling by the server', async () => {
      const own = await createProject(server, 'Lognitor rates', 'lognitor')
      const setRates = (sampleRates: Record<string, number>) => server.client.updateProject({ params: { project: own.slug }, body: { sampleRates } })
      const driver = startDriver<Record<string, Record<string, number> | null>>('lognitor/sampling.py', { url: server.url, key: own.key })
      await driver.marked('set')
      await setRates({ debug: 0, info: 0.5 })
      driver.go()
      await driver.marked('cleared')
      await setRates({})
      driver.go()
      const { result } = await driver.ended
      expect(result).toEqual({ unset: null, set: { debug: 0, info: 0.5 }, cleared: {} })
      const sent = messages(await own.events(200 + 200 + 3 + 1))
      const count = (message: string) => sent.filter((one) => one === message).length
      expect(['unset debug', 'unset info', 'set debug', 'cleared debug', 'cleared info'].map(count)).toEqual([100, 100, 0, 100, 100])
      expect(count('set info')).toBeLessThan(100)
    })

    const rowsOf = (service: string) => rows.filter((event) => event.kind === 'request' && event.service === service)
    const joined = (service: string, message: string) => {
      const logs = rows.filter((event) => event.kind === 'log' && event.message === message)
      const ids = new Set(rowsOf(service).map((row) => row.requestId))
      return logs.filter((log) => log.requestId && ids.has(log.requestId)).length
    }
    works('integrations.flask', () => {
      const found = rowsOf('flask-app')
      expect(found).toHaveLength(25)
      expect(found.filter((row) => row.request?.route === '/users/<int:uid>')).toHaveLength(24)
      expect(
        found
          .map((row) => row.request?.status)
          .filter((status) => status !== 200)
          .sort(),
      ).toEqual([404, 500])
      expect(joined('flask-app', 'in flask')).toBe(23)
      expect(only(rows, 'flask is broken')).toMatchObject({ level: 'error', service: 'flask-app', error: { type: 'RuntimeError' } })
    })
    works('integrations.fastapi', () => {
      const found = rowsOf('fastapi-app')
      expect(found).toHaveLength(25)
      expect(new Set(found.map((row) => row.request?.route)).size).toBe(1)
      expect(joined('fastapi-app', 'fastapi is broken')).toBe(1)
    })
    works('integrations.django', () => {
      const found = rowsOf('django-app')
      expect(found).toHaveLength(25)
      expect(new Set(found.map((row) => row.request?.route)).size).toBe(1)
      expect(found.filter((row) => row.request?.status === 500)).toHaveLength(1)
      expect(joined('django-app', 'in django')).toBe(24)
    })

    worksBeside('answers lost: the batch comes again and is stored once', async () => {
      const own = await createProject(server, 'Lognitor lost', 'lognitor')
      const proxy = await startProxy(server.url, (count) => (count <= 2 ? 'lose-answer' : 'pass'))
      await runDriver(failures, { url: proxy.url, key: own.key, args: { mode: 'steady', count: 60 } })
      expect(messages(await own.events(60))).toEqual(numbered(60))
      // Three batches and two repeats; a busy machine lets the client cut its queue once more.
      expect(proxy.requests()).toBeGreaterThanOrEqual(5)
      await proxy.close()
    })
    worksBeside('503, 429: tried again', async () => {
      const own = await createProject(server, 'Lognitor 503', 'lognitor')
      const proxy = await startProxy(server.url, (count) =>
        count === 1 ? { status: 429, headers: { 'retry-after': '1' } } : count === 2 ? { status: 503 } : 'pass',
      )
      await runDriver(failures, { url: proxy.url, key: own.key, args: { mode: 'steady', count: 60 } })
      expect(messages(await own.events(60))).toEqual(numbered(60))
      await proxy.close()
    })
    worksBeside('403, 422: the batch is gone, the client stays on', async () => {
      const own = await createProject(server, 'Lognitor 403', 'lognitor')
      const proxy = await startProxy(server.url, (count) => (count <= 2 ? { status: count === 1 ? 403 : 422 } : 'pass'))
      await runDriver(failures, { url: proxy.url, key: own.key, args: { mode: 'steady', count: 100 } })
      expect(messages(await own.events(50))).toEqual(numbered(100).slice(50))
      await proxy.close()
    })
    worksBeside('batch_size: 2,000 logs in one request', async () => {
      const own = await createProject(server, 'Lognitor large', 'lognitor')
      const proxy = await startProxy(server.url, () => 'pass')
      await runDriver(failures, { url: proxy.url, key: own.key, args: { mode: 'steady', count: 2000, batch_size: 2000 } })
      expect(messages(await own.events(2000))).toEqual(numbered(2000))
      expect(proxy.requests()).toBe(1)
      await proxy.close()
    })
    worksBeside('ten threads, slow answers', async () => {
      const own = await createProject(server, 'Lognitor threads', 'lognitor')
      const proxy = await startProxy(server.url, () => ({ delayMs: 100 }))
      await runDriver(failures, { url: proxy.url, key: own.key, args: { mode: 'threads', count: 100 } })
      expect(messages(await own.events(1000)).sort()).toEqual(
        Array.from({ length: 10 }, (_, t) => numbered(100, `t${t}-`))
          .flat()
          .sort(),
      )
      await proxy.close()
    })
    worksBeside('wrong key: silent until it is put right', async () => {
      const own = await createProject(server, 'Lognitor key', 'lognitor')
      const { stderr } = await runDriver(failures, { url: server.url, key: own.key, args: { mode: 'key', key: 'lgn_wrong' } })
      expect(stderr).toBe('Lognitor: Invalid API key. Logs will not be sent.\n')
      expect(messages(await own.events(100))).toEqual(numbered(100))
    })
  })
}

function durationOf(message: string): unknown {
  const perf = all(message).attributes?.perf
  return typeof perf === 'object' && perf !== null && !Array.isArray(perf) ? perf.duration_ms : undefined
}
