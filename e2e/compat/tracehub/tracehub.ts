import type { EventJson } from '@heartwood/protocol'
import { afterAll, beforeAll, expect } from 'vitest'
import { heartwood } from '../../support/heartwood.ts'
import { owner, type RunningServer, startServer } from '../../support/server.ts'
import { type CompatProject, createProject, only } from '../support/project.ts'
import { startProxy } from '../support/proxy.ts'
import { hasPythonClients, runDriver, startDriver } from '../support/python.ts'
import { describeClient } from '../support/scoreboard.ts'

interface Traces {
  flask: string
  flask_given: string
  fastapi: string
  django: string
}
interface Failure {
  /** Dead-letter files that the client wrote. */
  dead: string[]
}

const METHODS = 263
const EQUAL = 120
const failures = 'tracehub/failures.py'
let server: RunningServer
let project: CompatProject
let web: CompatProject
let events: EventJson[]
let stderr: string
let configError: string
let traces: Traces

const numbered = (count: number, prefix = 'n') => Array.from({ length: count }, (_, i) => `${prefix}${i}`)
const messages = (list: readonly EventJson[]) => list.map((event) => event.message)
const all = (message: string): EventJson => only(events, message)

export function tryTraceHub(): void {
  describeClient('tracehub-logger', '1.2.0', ({ works, worksBeside }) => {
    beforeAll(async () => {
      if (!hasPythonClients) return
      server = await startServer()
      project = await createProject(server, 'TraceHub', 'tracehub')
      web = await createProject(server, 'TraceHub web', 'tracehub')
      const inFrameworks = runDriver<Traces>('tracehub/frameworks.py', { url: server.url, key: web.key })
      const driver = startDriver<{ config_error: string }>('tracehub/methods.py', { url: server.url, key: project.key })
      await driver.marked('triggers')
      await project.events(6, 'service:timer')
      driver.go()
      const ended = await driver.ended
      stderr = ended.stderr
      configError = ended.result?.config_error ?? ''
      traces = (await inFrameworks).result
      events = await project.events(METHODS)
    })
    afterAll(() => server?.stop())

    works('TraceHubLogger', () => {
      expect(stderr).toBe('')
      expect(all('info')).toMatchObject({
        service: 'billing',
        environment: 'production',
        attributes: { module: 'auth', sdk: '1.2.0', thread: 'MainThread' },
      })
      expect(all('info').host).toBeTruthy()
      expect(all('info').attributes).toMatchObject({ 'process.pid': expect.any(Number) })
    })
    works('debug, extra', () => {
      expect(all('debug')).toMatchObject({
        level: 'debug',
        attributes: { module: 'db', n: 1, f: 1.5, yes: true, none: null, deep: { list: [1, 'a'] }, 'ä🌲': 'ö' },
      })
    })
    works('info', () => expect(all('info').level).toBe('info'))
    works('warn', () => expect(all('warn')).toMatchObject({ level: 'warn', attributes: { ms: 812 } }))
    works('error', () => {
      expect(all('error plain')).toMatchObject({ level: 'error', attributes: { module: 'pay', order: 'A-1' } })
      expect(all('error plain').issueId).toBeTruthy()
    })
    works('fatal', () => {
      expect(all('fatal plain').level).toBe('fatal')
      expect(all('fatal exception')).toMatchObject({ level: 'fatal', error: { type: 'ValueError' } })
    })
    works('error(exc_info=True)', () => {
      const { error } = all('exc_info')
      expect(error).toMatchObject({ type: 'ValueError', message: "invalid literal for int() with base 10: 'x'" })
      expect(error?.stack).toMatch(/^Traceback \(most recent call last\):\n[\s\S]*in charge\n/)
      expect(all('exc_info without one').error?.stack).not.toContain('tracehub/client.py')
    })
    works('error(exception=…)', () => {
      expect(all('exception').error).toEqual(all('exc_info').error)
      expect(all('exception').issueId).toBe(all('exc_info').issueId)
    })
    works('error(error_message=…, stack_trace=…)', () => {
      expect(all('error_message').error).toMatchObject({ type: 'ValueError', message: 'said by the caller' })
      expect(all('stack_trace').error).toMatchObject({ message: 'by hand', stack: 'at nowhere' })
    })
    works('flush: equal entries are all stored', () => expect(events.filter((event) => event.message === 'equal')).toHaveLength(EQUAL))
    works('flush: order of one millisecond', () => {
      expect(messages(events).filter((message) => message.startsWith('order '))).toEqual(numbered(EQUAL, 'order '))
    })
    works('batch_size, flush_interval', () => {
      expect(messages(events).filter((message) => message.startsWith('size trigger'))).toHaveLength(5)
      expect(messages(events)).toContain('time trigger')
    })
    works('compress=False', () => {
      expect(all('compress off').attributes).toMatchObject({ nan: null, inf: null })
      expect(messages(events)).toEqual(expect.arrayContaining(['42', '']))
      expect(messages(events).some((message) => message.startsWith('nul ') && message.includes('and surrogate'))).toBe(true)
    })
    works('DEFAULT_ENDPOINT', () => expect(all('default endpoint').service).toBe('default endpoint'))
    works('close', () => expect(all('default endpoint').level).toBe('info'))
    works('at exit', () => expect(all('sent by the exit hook').service).toBe('exit'))
    works('TraceHubConfigError', () => expect(configError).toBe('api_key is required'))

    const traced = async (message: string) => only(await web.events(6), message).traceId
    works('integrations.flask', async () => {
      expect(traces.flask).toMatch(/^[0-9a-f]{32}$/)
      expect([await traced('flask'), await traced('flask again'), await traced('flask given')]).toEqual([
        traces.flask,
        traces.flask,
        'given by flask',
      ])
      expect(await traced('outside')).toBeUndefined()
    })
    works('integrations.fastapi', async () => {
      expect(traces.fastapi).toBe('4bf92f35-77b3-4da6-a3ce-929d0e0e4736')
      // A UUID with dashes and its 32 hex digits are one trace.
      const found = await web.events(1, `traceId:${traces.fastapi}`)
      expect(messages(found)).toEqual(['fastapi'])
    })
    works('integrations.django', async () => expect(await traced('django')).toBe(traces.django))

    works('issues of the reading half', async () => {
      const token = await signIn()
      const { items, total } = await read<{ items: { title: string; event_count: number; status: string }[]; total: number }>(
        `/api/v1/issues?project_id=${project.id}`,
        token,
      )
      expect(total).toBe(items.length)
      expect(items.find((issue) => issue.event_count >= 3)).toMatchObject({ status: 'OPEN' })
      const { total_errors } = await read<{ total_errors: number }>(`/api/v1/stats/overview?project_id=${project.id}`, token)
      expect(total_errors).toBe(events.filter((event) => event.level === 'error' || event.level === 'fatal').length)
    })

    worksBeside('503: tried again', async () => {
      const own = await createProject(server, 'TraceHub 503', 'tracehub')
      const proxy = await startProxy(server.url, (count) => (count === 1 ? { status: 503 } : 'pass'))
      const { result } = await runDriver<Failure>(failures, { url: proxy.url, key: own.key, args: { mode: 'steady', count: 40 } })
      expect(result.dead).toEqual([])
      expect(messages(await own.events(40))).toEqual(numbered(40))
      await proxy.close()
    })
    worksBeside('429, 503 throughout: what it kept on disk is imported', async () => {
      const own = await createProject(server, 'TraceHub 429', 'tracehub')
      const proxy = await startProxy(server.url, (count) => (count === 1 ? { status: 429 } : count <= 4 ? { status: 503 } : 'pass'))
      const { result } = await runDriver<Failure>(failures, { url: proxy.url, key: own.key, args: { mode: 'steady', count: 60 } })
      expect(proxy.requests()).toBe(5)
      const { code } = await heartwood(server, ['import', '--project', own.slug, ...result.dead])
      expect(code).toBe(0)
      expect(messages(await own.events(60))).toEqual(numbered(60))
      await proxy.close()
    })
    worksBeside('slow answers', async () => {
      const own = await createProject(server, 'TraceHub slow', 'tracehub')
      const proxy = await startProxy(server.url, () => ({ delayMs: 100 }))
      const { result } = await runDriver<Failure>(failures, { url: proxy.url, key: own.key, args: { mode: 'burst', count: 1000 } })
      expect(result.dead).toEqual([])
      // Its worker and `flush` send side by side, so batches of one millisecond may pass each other.
      expect(messages(await own.events(1000)).sort()).toEqual(numbered(1000).sort())
      await proxy.close()
    })
    worksBeside('wrong key: what it kept on disk is imported, once', async () => {
      const own = await createProject(server, 'TraceHub key', 'tracehub')
      const { result, stderr } = await runDriver<Failure>(failures, { url: server.url, key: 'th_wrong', args: { mode: 'steady', count: 60 } })
      expect(stderr).toContain('ingestion rejected (401): {"detail":"Invalid or inactive API key')
      expect(result.dead.length).toBeGreaterThan(0)
      for (let run = 0; run < 2; run++) {
        const { code, stderr } = await heartwood(server, ['import', '--project', own.slug, ...result.dead])
        expect(stderr).not.toContain('Error')
        expect(code).toBe(0)
      }
      expect(messages(await own.events(60))).toEqual(numbered(60))
      expect((await own.events(1, 'n7'))[0]).toMatchObject({ service: 'failing', attributes: { n: 7, sdk: '1.2.0' } })
    })
  })
}

async function signIn(): Promise<string> {
  const answer = await fetch(`${server.url}/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(owner),
  })
  expect(answer.status).toBe(200)
  return ((await answer.json()) as { access_token: string }).access_token
}

async function read<T>(path: string, token: string): Promise<T> {
  const answer = await fetch(server.url + path, { headers: { authorization: `Bearer ${token}` } })
  expect(answer.status).toBe(200)
  return (await answer.json()) as T
}
