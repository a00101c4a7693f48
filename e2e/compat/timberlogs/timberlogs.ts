import type { EventJson } from '@heartwood/protocol'
import { afterAll, beforeAll, expect } from 'vitest'
import { type RunningServer, startServer } from '../../support/server.ts'
import { type CompatProject, createProject, only } from '../support/project.ts'
import { startProxy } from '../support/proxy.ts'
import { hasPythonClients, runDriver, startDriver } from '../support/python.ts'
import { describeClient } from '../support/scoreboard.ts'

interface Methods {
  errors: string[]
  flow: { id: string; name: string }
  thin: string
  should_log: boolean[]
  raw: Record<string, null>
  refused: string[]
  async_flow: { id: string; name: string; long: string }
}
interface Failure {
  errors: string[]
  left: number
  queued: number
}

const METHODS = 55
let server: RunningServer
let project: CompatProject
let result: Methods
let events: EventJson[]
let stderr: string

const numbered = (count: number, prefix = 'n') => Array.from({ length: count }, (_, i) => `${prefix}${i}`)
const messages = (list: readonly EventJson[]) => list.map((event) => event.message)
const failures = 'timberlogs/failures.py'

export function tryTimberlogs(): void {
  describeClient('timberlogs-client', '1.2.1', ({ works, worksBeside }) => {
    beforeAll(async () => {
      if (!hasPythonClients) return
      server = await startServer()
      project = await createProject(server, 'Timberlogs', 'timberlogs')
      const driver = startDriver<Methods>('timberlogs/methods.py', { url: server.url, key: project.key })
      await driver.marked('timer')
      await project.events(1, '"sent by the timer"')
      driver.go()
      const ended = await driver.ended
      if (!ended.result) throw new Error(ended.stderr)
      ;({ result, stderr } = { result: ended.result, stderr: ended.stderr })
      events = await project.events(METHODS)
    })
    afterAll(() => server?.stop())

    const all = (name: string): EventJson => only(events, name)
    const attributes = (name: string) => all(name).attributes

    works('create_timberlogs', () => {
      expect({ stderr, errors: result.errors }).toEqual({ stderr: '', errors: [] })
      expect(all('info')).toMatchObject({ service: 'checkout-api', environment: 'production', release: '1.2.0', dataset: 'orders' })
    })
    works('debug', () => {
      expect(all('debug').level).toBe('debug')
      expect(attributes('debug')).toMatchObject({ n: 1, deep: { yes: true, list: [1, 'a'], none: null } })
    })
    works('info', () => expect(all('info').level).toBe('info'))
    works('warn', () => expect(all('warn')).toMatchObject({ level: 'warn', tags: ['db', 'slow'], attributes: { ms: 812 } }))
    works('error', () => {
      expect(all('error with data')).toMatchObject({ level: 'error', attributes: { code: 'E1' } })
      const event = all('error with exception')
      expect(event).toMatchObject({ level: 'error', tags: ['pay'], error: { type: 'ValueError', message: 'card declined' } })
      expect(event.error?.stack).toContain('The above exception was the direct cause')
      expect(event.issueId).toBeTruthy()
    })
    works('log', () => {
      expect(all('log')).toMatchObject({
        level: 'warn',
        attributes: { big: 2 ** 40, text: 'ä🌲' },
        userId: 'u1',
        sessionId: 's1',
        requestId: 'r1',
        error: { type: 'Oops', stack: 'Oops: at x' },
        tags: ['t'],
        flowId: 'manual-1',
        stepIndex: 3,
        dataset: 'audit',
      })
    })
    works('set_user_id, set_session_id', () => {
      expect(all('set_user_id set_session_id')).toMatchObject({ userId: 'u2', sessionId: 's2' })
      expect(all('entry ids win')).toMatchObject({ userId: 'own', sessionId: 's2' })
      expect(all('cleared ids').userId ?? null).toBeNull()
    })
    works('should_log, min_level', () => {
      expect(result.should_log).toEqual([false, true])
      expect(messages(events)).toContain('at min_level')
      expect(messages(events)).not.toContain('below min_level')
    })
    works('flow', async () => {
      expect(result.flow.id).toMatch(/^checkout-[0-9a-f]{8}$/)
      const { run, events: steps, missingSteps } = await server.client.flowRun({ params: { id: result.flow.id }, query: { project: project.slug } })
      expect(run).toMatchObject({ name: 'checkout', state: 'failed', events: 4 })
      expect(missingSteps).toEqual([])
      expect(steps.map(({ event }) => [event.stepIndex, event.level, event.message])).toEqual([
        [0, 'debug', 'flow debug'],
        [1, 'info', 'flow info'],
        [2, 'warn', 'flow warn'],
        [3, 'error', 'flow error'],
      ])
      expect(all('flow error').error).toMatchObject({ type: 'ValueError', message: 'flow broke' })
      expect(events.filter((event) => event.flowId === result.thin).map((event) => [event.stepIndex, event.message])).toEqual([
        [0, 'first step'],
        [1, 'second step'],
      ])
    })
    works('flow_async', () => {
      const { id, name, long } = result.async_flow
      expect(name).toBe('Zahlung & Versand/ö')
      expect(id).toMatch(/^Zahlung & Versand\/ö-[a-z0-9]{8}$/)
      expect(Buffer.byteLength(long)).toBeLessThanOrEqual(50)
      expect([all('async flow one'), all('async flow two')]).toMatchObject([
        { flowId: id, stepIndex: 0 },
        { flowId: id, stepIndex: 1 },
      ])
    })
    works('ingest_raw', () => {
      expect(result.raw).toEqual({ json: null, jsonl: null, syslog: null, text: null, csv: null, obl: null })
      const filled = { environment: 'staging', dataset: 'raw' }
      expect(all('raw json')).toMatchObject({ ...filled, level: 'warn', service: 'own', attributes: { x: 1 } })
      expect(all('raw jsonl')).toMatchObject({ ...filled, level: 'info', service: 'raw source' })
      expect(all('raw jsonl 2').level).toBe('error')
      expect(all('raw csv')).toMatchObject({ ...filled, level: 'error', attributes: { order: 'A-1' } })
      expect(all('Note: raw obl')).toMatchObject({ ...filled, service: 'board', userId: 'u', level: 'debug' })
    })
    works('ingest_raw: old syslog and text keep their times', async () => {
      const { logs } = await read<{ logs: { message: string; timestamp: number; source: string; level: string }[] }>(
        '/v1/logs?dataset=raw&to=1800000000000',
      )
      expect(logs.find((log) => log.message === 'raw syslog')).toMatchObject({ timestamp: 1705314600000, source: 'api', level: 'info' })
      expect(logs.find((log) => log.message === 'raw text')).toMatchObject({ timestamp: 1705314600000, source: 'raw source', level: 'error' })
    })
    works('ingest_raw_async', () => expect(messages(events)).toContain('raw async'))
    works('flush', () => {
      expect(events.filter((event) => event.message.startsWith('batch ')).map((event) => event.message)).toEqual(numbered(25, 'batch '))
    })
    works('flush_async', () => expect(all('long flow').flowId).toBe(result.async_flow.long))
    works('flush_interval', () => expect(messages(events)).toContain('sent by the timer'))
    works('disconnect, with', () => {
      expect(messages(events)).toEqual(expect.arrayContaining(['context manager', 'at min_level']))
      expect(messages(events)).not.toContain('after disconnect')
    })
    works('disconnect_async, async with', () =>
      expect(messages(events)).toEqual(expect.arrayContaining(['async context manager', 'disconnect_async'])),
    )
    works('TimberlogsClient, TimberlogsConfig', () => expect(all('config')).toMatchObject({ service: 'plain', environment: 'development' }))
    works('ValidationError', () => expect(result.refused).toHaveLength(3))

    works('reads back with the same key', async () => {
      const id = result.flow.id
      const flow = await read<{ logs: { stepIndex: number; level: string; data: unknown }[] }>(`/v1/logs?flowId=${id}`)
      expect(flow.logs.map((log) => log.stepIndex)).toEqual([0, 1, 2, 3])
      const search = await read<{ logs: { id: string; message: string; errorName: string; data: unknown }[] }>(
        '/v1/logs/search?q=card%20declined&fields=message,data',
      )
      expect(search.logs).toMatchObject([{ message: 'error with exception', errorName: 'ValueError', data: { message: 'card declined' } }])
      expect(await read(`/v1/logs/${search.logs[0]?.id}`)).toMatchObject({ log: { message: 'error with exception' } })
      const flows = await read<{ flows: { flowId: string; logCount: number }[] }>('/v1/flows')
      expect(flows.flows.find((one) => one.flowId === id)).toMatchObject({ logCount: 4, source: 'checkout-api' })
      const { today } = await read<{ today: { total: number } }>('/v1/stats/summary')
      expect(today.total).toBeGreaterThan(50)
      expect(await read('/v1/whoami')).toMatchObject({ workspaceName: 'Timberlogs' })
    })

    worksBeside('503, 429: tried again', async () => {
      const own = await createProject(server, 'Timberlogs 503', 'timberlogs')
      const proxy = await startProxy(server.url, (count) => (count <= 2 ? { status: count === 1 ? 503 : 429 } : 'pass'))
      const { result } = await runDriver<Failure>(failures, { url: proxy.url, key: own.key, args: { mode: 'steady', count: 30 } })
      expect(result).toMatchObject({ errors: [], left: 0, queued: 0 })
      expect(messages(await own.events(30))).toEqual(numbered(30))
      await proxy.close()
    })
    worksBeside('slow answers', async () => {
      const own = await createProject(server, 'Timberlogs slow', 'timberlogs')
      const proxy = await startProxy(server.url, () => ({ delayMs: 200 }))
      const { result } = await runDriver<Failure>(failures, { url: proxy.url, key: own.key, args: { mode: 'threads', count: 20 } })
      expect(result.errors).toEqual([])
      expect(messages(await own.events(200)).sort()).toEqual(
        Array.from({ length: 10 }, (_, t) => numbered(20, `t${t}-`))
          .flat()
          .sort(),
      )
      await proxy.close()
    })
    worksBeside('wrong key, then the right one: the whole queue in one request', async () => {
      const own = await createProject(server, 'Timberlogs key', 'timberlogs')
      const driver = startDriver<Failure>(failures, {
        url: server.url,
        key: own.key,
        args: { mode: 'outage', key: 'tb_live_wrong', right_key: own.key, count: 3000, delay: 10 },
      })
      await driver.marked('queued')
      driver.go()
      const { result } = await driver.ended
      expect(result).toMatchObject({ queued: 3000, left: 0 })
      expect(result?.errors).toEqual([expect.stringContaining('401')])
      expect(messages(await own.events(3001))).toEqual([...numbered(3000), 'later'])
    })
  })
}

async function read<T>(path: string): Promise<T> {
  const answer = await fetch(server.url + path, { headers: { authorization: `Bearer ${project.key}` } })
  expect(answer.status).toBe(200)
  return (await answer.json()) as T
}
