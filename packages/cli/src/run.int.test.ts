import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { run } from './run.ts'
import { runHere, start } from './testing/command-line.ts'
import { type FakeServer, startFakeServer } from './testing/fake-server.ts'

let server: FakeServer
let folder: string
let env: NodeJS.ProcessEnv
beforeEach(async () => {
  server = await startFakeServer()
  folder = mkdtempSync(join(tmpdir(), 'heartwood-cli-'))
  env = { HEARTWOOD_URL: server.url, HEARTWOOD_TOKEN: 'hw_test' }
})
afterEach(async () => {
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('exit codes', () => {
  test.each([
    [0, ['--help']],
    [0, ['--version']],
    [0, ['import', '--help']],
    [0, ['project', 'list']],
    [2, []],
    [2, ['nonsense']],
    [2, ['import']],
    [2, ['serve', '--port', 'abc']],
    [2, ['query', '--limit', 'many']],
    [2, ['query', '--limit', '0']],
    [2, ['flows', 'runs', '--limit', '501']],
    [2, ['project', 'create', 'x', '--retention', '3651']],
    [2, ['query', '--unknown']],
    [2, ['key', 'create', '--scope', 'everything']],
    [2, ['dead-letter', 'replay']],
    [2, ['project', 'list', '--url', 'ftp://x']],
    [1, ['project', 'list', '--project', 'x', '--url', 'SERVER/none']],
    [1, ['query', '--project', 'other']],
  ])('%i for %j', async (expected, argv) => {
    const given = argv.map((arg) => arg.replace('SERVER', server.url))
    expect((await runHere(given, { env, cwd: folder })).exit).toBe(expected)
  })

  test('3, and how to start it, when no server answers', async () => {
    await server.close()
    const { exit, stderr } = await runHere(['project', 'list'], { env, cwd: folder })
    expect(exit).toBe(3)
    expect(stderr).toContain('connection refused')
    expect(stderr).toContain('npm start')
  })

  test('3, and why that address was tried, when none was named', async () => {
    await server.close()
    writeFileSync(join(folder, 'server.json'), JSON.stringify({ url: server.url, pid: process.pid, startedAt: 'x' }))
    const { stderr } = await runHere(['project', 'list', '--data', folder], { cwd: '/' })
    expect(stderr).toContain(`at ${server.url} (connection refused), the address that the server on ${folder} left there.`)
  })

  test('4, and where a key is expected, when there is none', async () => {
    server.answer = (_path, _query, response) => {
      response.writeHead(401).end(JSON.stringify({ error: { code: 'key-missing', message: 'No key.', docs: '' } }))
      return 'answered'
    }
    const { exit, stderr } = await runHere(['dead-letter', 'list'], { env: { HEARTWOOD_URL: server.url }, cwd: folder })
    expect(exit).toBe(4)
    expect(stderr).toContain('--token')
  })
})

describe('a server that takes connections and answers nothing', () => {
  /** A process of its own: what ends early or does not end is the process. */
  async function runAgainst(take: (socket: Socket) => void, argv: string[], onConnection?: (kill: () => void) => void) {
    const silent = createServer((socket) => {
      socket.on('error', () => undefined)
      take(socket)
    })
    silent.listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`
    const { child, ended } = start([...argv, '--url', url, '--token', 'hw_test'], { cwd: folder })
    if (onConnection) silent.on('connection', () => onConnection(() => child.kill('SIGTERM')))
    try {
      return await ended
    } finally {
      silent.close()
    }
  }

  test.each([
    ['query', 'x'],
    ['import', '-', '--retry-for', '0'],
  ])('ends %s with 3 and a sentence when it hangs up', async (...argv) => {
    const { exit, stderr } = await runAgainst((socket) => socket.destroy(), argv)
    expect({ exit, stderr }).toEqual({ exit: 3, stderr: expect.stringContaining('No Heartwood server answers') })
  })

  test('lets SIGTERM end the command while it waits', async () => {
    const { exit, signal } = await runAgainst(
      () => undefined,
      ['query', 'x'],
      (kill) => kill(),
    )
    expect({ exit, signal }).toEqual({ exit: 143, signal: null })
  })
})

test('leaves the server to end by itself, wherever its command stands, also when it is told twice', async () => {
  const data = join(folder, 'data')
  const { child, ended } = start(['--data', data, 'serve', '--port', '0'], { cwd: folder })
  const url = await new Promise<string>((resolve) => {
    let output = ''
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      const [, ready] = /Heartwood is ready at (\S+)\n/.exec(output) ?? []
      if (ready !== undefined) resolve(ready)
    })
  })
  // Once it answers, it listens for signals, too.
  await (await fetch(new URL('/healthz', url))).text()
  child.kill('SIGTERM')
  child.kill('SIGINT')
  const { exit, signal } = await ended
  expect({ exit, signal }).toEqual({ exit: 0, signal: null })
})

test('a defect after Ctrl-C is still reported as one', async () => {
  const stop = new AbortController()
  const broken = (): never => {
    stop.abort()
    throw new TypeError('a defect')
  }
  const stdout = Object.assign(new PassThrough(), { write: broken })
  const context = { env, cwd: folder, stdin: new PassThrough(), stdout, stderr: new PassThrough(), signal: stop.signal }
  await expect(run(['project', 'list'], context, '0')).rejects.toThrow('a defect')
})

describe('which server and project', () => {
  test('the server and token of the data folder, unless others are given', async () => {
    writeFileSync(join(folder, 'server.json'), JSON.stringify({ url: server.url, pid: process.pid, startedAt: 'x' }))
    writeFileSync(join(folder, 'local.token'), 'hw_local_secret\n')
    expect((await runHere(['project', 'list', '--data', folder], { cwd: '/' })).exit).toBe(0)
    expect(server.requests).toEqual(['GET /api/projects'])
  })

  test('a server that is dead is not asked', async () => {
    const dead = 2 ** 22 + 1
    writeFileSync(join(folder, 'server.json'), JSON.stringify({ url: server.url, pid: dead, startedAt: 'x' }))
    await runHere(['project', 'list', '--data', folder], { cwd: '/' })
    expect(server.requests).toEqual([])
  })

  test('with several projects one has to be named, and the message lists them', async () => {
    server.projects.push({ id: '2', name: 'Blog', slug: 'blog' })
    const { exit, stderr } = await runHere(['query'], { env, cwd: folder })
    expect(exit).toBe(2)
    expect(stderr).toContain('shop, blog')
  })

  test('without any project the message says how to make one', async () => {
    server.projects.length = 0
    const { exit, stderr } = await runHere(['query'], { env, cwd: folder })
    expect(exit).toBe(1)
    expect(stderr).toContain('heartwood project create')
  })
})

describe('query', () => {
  const makeEvents = (count: number) =>
    Array.from({ length: count }, (_, i) => ({
      id: `01890000-0000-7000-8000-${String(i).padStart(12, '0')}`,
      kind: 'log',
      timestamp: '2026-01-01T00:00:00Z',
      level: 'warn',
      message: `m${i}`,
    }))
  const stats = { elapsedMs: 1, rowsRead: 1, bytesRead: 1 }

  test('pages up to the limit and prints one JSON object a line into a pipe', async () => {
    server.answer = (path, query) => {
      if (path !== '/api/search') return undefined
      const from = Number(query.get('cursor') ?? 0)
      const limit = Number(query.get('limit'))
      return { events: makeEvents(5_000).slice(from, from + limit), nextCursor: String(from + limit), partial: null, stats }
    }
    const { exit, stdout } = await runHere(['query', 'level:warn', '--limit', '2500', '--from', '-1d'], { env, cwd: folder })
    expect(exit).toBe(0)
    const messages = stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { message: string }).message)
    expect(messages).toEqual(makeEvents(2_500).map((e) => e.message))
    expect(server.requests.at(1)).toContain('from=-1d')
  })

  test('shows lines on a terminal, without colours where nobody wants them, and says when not all was searched', async () => {
    server.answer = () => ({ events: makeEvents(1), nextCursor: null, partial: { reason: 'time', message: 'Stopped after 5 s.' }, stats })
    const { stdout, stderr } = await runHere(['query', '--utc'], { env: { ...env, NO_COLOR: '1' }, cwd: folder, columns: 100 })
    expect(stdout).toBe('2026-01-01 00:00:00.000Z WARN  -                m0\n')
    expect(stderr).toContain('Stopped after 5 s.')
    server.answer = () => ({ events: [], nextCursor: null, partial: null, stats })
    expect((await runHere(['query', 'a service=nginx'], { env, cwd: folder, columns: 100 })).stderr).toContain('the field is service:nginx')
    server.answer = () => ({ events: makeEvents(1), nextCursor: null, partial: null, stats })
    const coloured = await runHere(['query'], { env, cwd: folder, columns: 100 })
    expect(coloured.stdout).toContain('\u001b[33mWARN')
  })

  test('says when not all runs of flows were looked at', async () => {
    const partial = { reason: 'time', message: 'Stopped after 10 s.' }
    server.answer = (path) => (path === '/api/flows' ? { flows: [], sampled: false, partial } : { runs: [], hasMore: false, partial })
    for (const command of ['list', 'runs']) {
      const { exit, stderr } = await runHere(['flows', command], { env, cwd: folder })
      expect({ exit, told: stderr.includes('Stopped after 10 s.') }).toEqual({ exit: 0, told: true })
    }
  })

  test('ends with 2 and a caret under the place when the query is wrong', async () => {
    server.answer = (_path, _query, response) => {
      const error = {
        code: 'query-invalid',
        message: 'Expected a value after `level:`',
        docs: '',
        details: { column: 7, length: 1, hint: 'Write level:error.' },
      }
      response.writeHead(400).end(JSON.stringify({ error }))
      return 'answered'
    }
    const { exit, stderr } = await runHere(['query', 'level:'], { env, cwd: folder })
    expect(exit).toBe(2)
    expect(stderr).toContain('  level:\n        ^\nHint: Write level:error.')
    // What the server read has the option's term in it: its places are of that text.
    const counted = await runHere(['stats', 'a level:', '--service', 'x'], { env, cwd: folder })
    expect(counted.stderr).toContain('  (a level:) service:x\n        ^\n')
  })

  test.each([
    ['service=nginx', 'the field is service:nginx.'],
    ['x service="a b"', 'the field is service:"a b".'],
    ['"a b=c"', undefined],
    ['message:/a b=c/', undefined],
  ])('of %s that finds nothing says how a field is written: %s', async (q, hint) => {
    server.answer = () => ({ events: [], nextCursor: null, partial: null, stats: { elapsedMs: 1, rowsRead: 1, bytesRead: 1 } })
    const { stderr } = await runHere(['query', q], { env, cwd: folder, columns: 80 })
    expect(stderr.includes('No event matches')).toBe(true)
    expect(stderr.includes('the field is')).toBe(hint !== undefined)
    if (hint !== undefined) expect(stderr).toContain(hint)
  })

  test('says how to write a time that lacks its minus', async () => {
    server.answer = (_path, query, response) => {
      const error = { code: 'time-invalid', message: 'That is no time.', docs: '', details: { field: 'from', value: query.get('from') } }
      response.writeHead(400).end(JSON.stringify({ error }))
      return 'answered'
    }
    const { exit, stderr } = await runHere(['query', '--from', '1h'], { env, cwd: folder })
    expect(exit).toBe(2)
    expect(stderr).toContain('Write -1h')
    expect((await runHere(['query', '--from', 'yesterday'], { env, cwd: folder })).stderr).toContain('such as -15m')
  })
})

describe('tail', () => {
  const event = (n: number): string =>
    `event: event\ndata: ${JSON.stringify({ id: '01890000-0000-7000-8000-000000000000', kind: 'log', timestamp: '2026-01-01T00:00:00Z', level: 'info', message: `m${n}` })}\n\n`

  test('follows over a broken connection, and tells what was not shown', async () => {
    let connection = 0
    server.answer = (path, _query, response) => {
      if (path !== '/api/tail') return undefined
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      if (connection++ === 0) {
        response.write(`: hello\n\n${event(1)}event: drop\ndata: {"dropped":7}\n\n`, () => response.destroy())
      } else response.write(`event: ping\ndata: {}\n\n${event(2)}`)
      return 'answered'
    }
    const { exit, stdout, stderr } = await runHere(['tail', '--limit', '2'], { env, cwd: folder })
    expect(exit).toBe(0)
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { message: string }).message),
    ).toEqual(['m1', 'm2'])
    expect(stderr).toContain('7 events came too fast')
    expect(stderr).toContain('trying again')
  })

  test('ends with 0 on Ctrl-C', async () => {
    const stop = new AbortController()
    server.answer = (path, _query, response) => {
      if (path !== '/api/tail') return undefined
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(event(1), () => stop.abort())
      return 'answered'
    }
    expect((await runHere(['tail'], { env, cwd: folder, signal: stop.signal })).exit).toBe(0)
  })
})

describe('stats', () => {
  test('counts hours of more days than a first answer has', async () => {
    const asked: string[] = []
    server.answer = (path, query) => {
      if (path !== '/api/histogram') return undefined
      asked.push(`${query.get('from')} ${query.get('buckets')}`)
      const intervalMs = query.get('buckets') === '500' ? 7_200_000 : 1_800_000
      const bucket = (from: string) => ({ from, count: 2, byLevel: { info: 2 } })
      const buckets = ['2026-01-01T10:00:00.000Z', '2026-01-01T10:30:00.000Z', '2026-01-01T11:00:00.000Z'].map(bucket)
      return { total: 6, intervalMs, buckets, partial: null }
    }
    const { exit, stdout } = await runHere(['stats', '--group-by', 'hour', '--from', '2mo', '--json'], { env, cwd: folder })
    expect(exit).toBe(0)
    expect(asked).toEqual(['-2mo 500', '-2mo 10000'])
    expect((JSON.parse(stdout) as { rows: { total: number }[] }).rows.map(({ total }) => total)).toEqual([2, 4])
  })

  test('counts what has no value of the field, by level, and takes the filters of logs', async () => {
    const asked: string[] = []
    server.answer = (path, query) => {
      if (path !== '/api/counts') return undefined
      asked.push(`${query.get('by')} ${query.get('q')}`)
      const rows = [
        { value: null, total: 14, byLevel: { info: 10, error: 4 } },
        { value: 'a,b', total: 1, byLevel: { warn: 1 } },
      ]
      return { rows, hasMore: false, partial: null }
    }
    const args = ['stats', '--group-by', 'source', '--environment', 'production', '--dataset', 'audit']
    const { exit, stdout } = await runHere(args, { env, cwd: folder })
    expect(exit).toBe(0)
    expect(asked).toEqual(['service environment:production dataset:audit'])
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => line.trim().split(/ +/)),
    ).toEqual([
      ['SOURCE', 'TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL', 'TOTAL'],
      ['(none)', '0', '0', '10', '0', '4', '0', '14'],
      ['a,b', '0', '0', '0', '1', '0', '0', '1'],
    ])
    expect(JSON.parse((await runHere([...args, '--json'], { env, cwd: folder })).stdout)).toContainEqual({
      source: null,
      total: 14,
      byLevel: { info: 10, error: 4 },
    })
  })

  test('says how far hours reach, and what to do', async () => {
    server.answer = () => ({ total: 0, intervalMs: 86_400_000, buckets: [], partial: null })
    const { exit, stderr } = await runHere(['stats', '--group-by', 'hour', '--from', '10y'], { env, cwd: folder })
    expect(exit).toBe(2)
    expect(stderr).toContain('counts up to 416 days at once')
    expect(stderr).toContain('--group-by day')
  })
})

test('steps of a flow are counted from 1, as on its page, and from 0 in JSON', async () => {
  const times = { startedAt: '2026-01-01T00:00:00Z', endedAt: '2026-01-01T00:00:01Z', durationMs: 1_000 }
  const run = { flowId: 'pay-1', name: 'pay', state: 'finished', ...times, events: 4, lastStep: 3, lastMessage: 'm', level: 'info', services: [] }
  server.answer = () => ({ runs: [run], hasMore: false, partial: null })
  const { stdout } = await runHere(['flows', 'runs'], { env, cwd: folder })
  expect(stdout.split('\n')[1]).toMatch(/ 4 +4 +m$/)
  expect((await runHere(['flows', 'runs', '--json'], { env, cwd: folder })).stdout).toContain('"lastStep": 3')
})

test('doctor works without a server, finds what is wrong and says how to mend it', async () => {
  await server.close()
  const { exit, stdout } = await runHere(['doctor', '--json', '--data', folder], { env, cwd: folder })
  expect(exit).toBe(1)
  const { findings } = JSON.parse(stdout) as { findings: { check: string; state: string; fix?: string }[] }
  expect(findings.find((finding) => finding.check === 'data-folder')?.state).toBe('ok')
  const down = findings.find((finding) => finding.check === 'server')
  expect(down).toMatchObject({ state: 'problem', fix: expect.stringContaining('npm start') })
})

test('doctor names the pieces of the queue that could not be read', async () => {
  mkdirSync(join(folder, 'queue', 'damaged'), { recursive: true })
  writeFileSync(join(folder, 'queue', 'damaged', '000000000001.segment-64.bin'), 'x')
  const { stdout } = await runHere(['doctor', '--data', folder], { env, cwd: folder })
  expect(stdout).toContain('A piece of the queue could not be read')
})

test('doctor names what the engine set aside because it could not be read', async () => {
  const part = join(folder, 'events', 'store', 'abc', 'abcdef', 'detached', 'broken-on-start_20261116_4_4_0')
  mkdirSync(part, { recursive: true })
  const { exit, stdout } = await runHere(['doctor', '--data', folder], { env, cwd: folder })
  expect(exit).toBe(1)
  expect(stdout).toContain(`could not read a part of its data and set it aside; the events in it are missing: ${part}`)
})

test('doctor names the program that took the port', async () => {
  const { stdout } = await runHere(['doctor'], { env, cwd: folder })
  expect(stdout).toContain('is not Heartwood')
  expect(stdout).toContain(`process ${process.pid}`)
})

test('the secret of a new key is all that stdout gets', async () => {
  server.answer = (path) =>
    path === '/api/keys'
      ? { id: 'k1', projectId: '1', name: '', scope: 'ingest', client: 'heartwood', origins: [], hint: 'hw_', createdAt: 'x', key: 'hw_secret' }
      : undefined
  const { stdout } = await runHere(['key', 'create', '--project', 'shop', '--scope', 'ingest'], { env, cwd: folder })
  expect(stdout).toBe('hw_secret\n')
})
