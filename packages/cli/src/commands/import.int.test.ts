import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { runHere, start } from '../testing/command-line.ts'
import { type FakeServer, startFakeServer } from '../testing/fake-server.ts'

// Made by `zstd` and `bzip2` from `jsonLines(…)`, five lines a member.
const LINES_30_TO_39_ZSTD =
  'KLUv/QRYTQIAFAN7InRpbWUiOiIyMDI2LTAxLTAxVDAwOloiLCJtc2ciOiJsaW5lIDMwIHgifQoxMjM0BwA1QEkYUBcGFAsDJUIbc4ThKLR1Yo4/fb0otS/9BFhNAgAUA3sidGltZSI6IjIwMjYtMDEtMDFUMDA6WiIsIm1zZyI6ImxpbmUgMzUgeCJ9CjY3ODkHADVASRhQFwYUCwMlQhtzhOEotHViiMKEEg=='
const LINES_40_TO_49_BZIP2 =
  'QlpoOTFBWSZTWb9tGnAAAH/biAAQUAZ9EAQQAqcMSkAAIABwUAAAZMgRU1T0m1NqZqPUNPJhLJWnjatk4TVPSQm6YTKWT2lU3ulBLicJZXSQkqJCQXSaTEmJRJJynKf0wmE1TCSSSaJCbJlXKdkhOhdyRThQkL9tGnBCWmg5MUFZJlNZc95JJgAAf9uIABBQBnfwBBACpwxKQAAgAHBQADQAACKSnqPUDT1HqekNPJhLJXvp4rZPSUT2kk0TCZSqdUsmqUEsJdLoNEhLpqTSGYkxOaQmybJ/TCYSiYSEhOKSTsmVcpwSSbi7kinChIOe8kkw'

let folder: string
let server: FakeServer
let env: NodeJS.ProcessEnv
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'heartwood-cli-'))
  server = await startFakeServer()
  env = { HEARTWOOD_URL: server.url, HEARTWOOD_TOKEN: 'hw_test', XDG_STATE_HOME: join(folder, 'state') }
})
afterEach(async () => {
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

const importing = (...args: string[]) => runHere(['import', '--retry-for', '2', ...args], { env, cwd: folder })
const jsonLines = (from: number, count: number): string =>
  Array.from({ length: count }, (_, i) => `{"time":"2026-01-01T00:00:00Z","msg":"line ${from + i} ${'x'.repeat(180)}"}\n`).join('')
const write = (name: string, content: string | Buffer): void => writeFileSync(join(folder, name), content)
const read = (): number[] => server.lines().map((line) => Number(/line (\d+)/.exec(line)?.[1]))
const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i)
const byNumber = (a: number, b: number): number => a - b

describe('an import that is not disturbed', () => {
  test('stores every line once, in pieces, and says how many', async () => {
    write('app.jsonl', jsonLines(0, 30_000))
    const { exit, stdout } = await importing('app.jsonl', '--service', 'shop')
    expect(exit).toBe(0)
    expect(stdout).toContain('Accepted 30,000 events')
    expect(server.taken.length).toBeGreaterThan(2)
    expect(read().sort(byNumber)).toEqual(range(30_000))
    expect(server.taken[0]?.query).toMatchObject({ import: '1', service: 'shop', project: '1' })
    expect(server.taken[0]?.format).toBe('jsonl')
  })

  test('passes over a file that has not changed, and takes only what was appended to one that grew', async () => {
    write('app.jsonl', jsonLines(0, 100))
    await importing('app.jsonl')
    const again = await importing('app.jsonl')
    expect(again.exit).toBe(0)
    expect(again.stderr).toContain('unchanged since')
    appendFileSync(join(folder, 'app.jsonl'), jsonLines(100, 50))
    const grown = await importing('app.jsonl')
    expect(grown.stdout).toContain('Accepted 50 events')
    expect(read()).toEqual(range(150))
  })

  test('stores a file once more when told to', async () => {
    write('app.jsonl', jsonLines(0, 10))
    await importing('app.jsonl')
    await importing('app.jsonl', '--again')
    expect(read()).toEqual([...range(10), ...range(10)])
  })

  test('knows a rotated log under its new name, packed too, and takes the new file under the old name', async () => {
    write('app.log', jsonLines(0, 100))
    await importing('app.log')
    renameSync(join(folder, 'app.log'), join(folder, 'app.log.1'))
    write('app.log', jsonLines(100, 20))
    await importing('app.log', 'app.log.1')
    expect(read().sort(byNumber)).toEqual(range(120))
    rmSync(join(folder, 'app.log.1'))
    write('app.log.2.gz', gzipSync(jsonLines(0, 100)))
    await importing('app.log.*')
    expect(read()).toHaveLength(120)
  })

  test('takes two files with the same content as two', async () => {
    write('a.jsonl', jsonLines(0, 10))
    write('b.jsonl', jsonLines(0, 10))
    await importing('a.jsonl', 'b.jsonl')
    expect(read()).toHaveLength(20)
  })

  test('begins anew when a file was replaced by another one', async () => {
    write('app.log', jsonLines(0, 100))
    await importing('app.log')
    write('app.log', jsonLines(500, 10))
    await importing('app.log')
    expect(read()).toHaveLength(110)
  })

  test('reads folders, patterns and files packed with gzip, zstd and bzip2, in several members', async () => {
    mkdirSync(join(folder, 'logs/deep'), { recursive: true })
    write('logs/a.log.gz', Buffer.concat([gzipSync(jsonLines(0, 10)), gzipSync(jsonLines(10, 10))]))
    write('logs/deep/b.log', jsonLines(20, 10))
    write('c.jsonl.zst', Buffer.from(LINES_30_TO_39_ZSTD, 'base64'))
    write('d.bz2', Buffer.from(LINES_40_TO_49_BZIP2, 'base64'))
    const { exit } = await importing('logs', '*.zst', 'd.bz2')
    expect(exit).toBe(0)
    expect(read().sort(byNumber)).toEqual(range(50))
  })

  test('takes the service from the name of the file or its folder where that is a known program, unless another is named', async () => {
    mkdirSync(join(folder, 'nginx'))
    write('nginx/access.log', jsonLines(0, 1))
    write('Spark_2k.log', jsonLines(1, 1))
    write('app.log', jsonLines(2, 1))
    for (const name of ['nginx', 'Spark_2k.log', 'app.log']) await importing(name)
    await importing('nginx', '--service', 'shop', '--again')
    expect(server.taken.map((piece) => piece.query.service)).toEqual(['nginx', 'spark', undefined, 'shop'])
  })

  test('names links to nothing in a folder, and imports the rest', async () => {
    mkdirSync(join(folder, 'logs'))
    write('logs/a.log', jsonLines(0, 1))
    mkdirSync(join(folder, 'logs/deep'))
    symlinkSync('gone', join(folder, 'logs/deep/current'))
    // Emacs' lock: hidden, and a link to nothing as long as the file is edited.
    symlinkSync('me@here', join(folder, 'logs', '.#a.log'))
    const { exit, stdout, stderr } = await importing('logs')
    expect(exit).toBe(5)
    expect(stderr).not.toContain('.#a.log')
    expect(stderr).toContain('current cannot be read (it is a link to nothing')
    expect(stdout).toMatch(/^Accepted 1 event from/m)
  })

  test('reads standard input, and recognises a repeat by its name', async () => {
    const stdin = jsonLines(0, 10)
    const piped = (...args: string[]) => runHere(['import', '-', ...args], { env, cwd: folder, stdin })
    await piped()
    await piped()
    expect(read()).toHaveLength(20)
    await piped('--name', 'nightly')
    await piped('--name', 'nightly')
    expect(read()).toHaveLength(30)
  })

  test('sends text in order, each piece with the stamp of the one before', async () => {
    const entry = (i: number): string => `2026-01-01 00:00:00 ERROR line ${i} ${'y'.repeat(400)}\n\tat stack frame\nCaused by: other\n`
    write('app.log', range(9_000).map(entry).join(''))
    await importing('app.log', '--timezone', 'Europe/Berlin')
    expect(server.taken.length).toBeGreaterThan(1)
    expect(server.taken.map((piece) => piece.query.after)).toEqual([
      undefined,
      ...server.taken.slice(1).map((_, i) => `2026-01-01T00:00:00.${String(i + 1).padStart(6, '0')}Z`),
    ])
    for (const { body } of server.taken) expect(body.toString('utf8', 0, 10)).toBe('2026-01-01')
  })

  test('finds the year in which a log without years begins, so that a new year inside it comes out right', async () => {
    write('old.log', 'Dec 30 10:00:00 web sshd[1]: one\nJan  2 10:00:00 web sshd[1]: two\n')
    utimesSync(join(folder, 'old.log'), new Date(), new Date('2019-01-03T00:00:00Z'))
    await importing('old.log')
    expect(server.taken[0]?.query.year).toBe('2018')
    write('full.log', '2026-01-01 10:00:00 INFO one\n')
    await importing('full.log')
    expect(server.taken[1]?.query.year).toBeUndefined()
  })

  test('sends each piece of a CSV under its header', async () => {
    const row = (i: number): string => `2026-01-01T00:00:00Z,"line ${i}\nsecond ""line""",${'z'.repeat(300)}\n`
    write('app.csv', `timestamp,message,note\n${range(9_000).map(row).join('')}`)
    await importing('app.csv')
    expect(server.taken.length).toBeGreaterThan(1)
    for (const { body, format } of server.taken) {
      expect(format).toBe('csv')
      expect(body.toString().startsWith('timestamp,message,note\n2026-')).toBe(true)
      expect(body.toString().endsWith('z\n')).toBe(true)
    }
  })

  test('cuts a long JSON list between its items', async () => {
    const items = range(20_000).map((i) => ({ n: i, message: `a "quoted" ] } text ${'w'.repeat(150)}`, deep: { list: [1, [2]] } }))
    write('app.json', JSON.stringify(items, undefined, 2))
    await importing('app.json')
    expect(server.taken.length).toBeGreaterThan(1)
    expect(server.taken.flatMap(({ body }) => JSON.parse(body.toString()) as unknown[])).toEqual(items)
  })
})

describe('an import that is disturbed', () => {
  test('waits as long as a busy server asks for, and goes on', async () => {
    write('app.jsonl', jsonLines(0, 10))
    const busy = { status: 503, body: { error: { code: 'queue-full', message: 'The queue is full.', docs: '' } }, headers: { 'retry-after': '1' } }
    server.meddle = (number) => (number === 0 ? busy : undefined)
    const { exit, stderr } = await importing('app.jsonl')
    expect(exit).toBe(0)
    expect(stderr).toContain('queue-full')
    expect(read()).toEqual(range(10))
  })

  test('sends a piece again under the same id when the answer was lost', async () => {
    write('app.jsonl', jsonLines(0, 10))
    server.meddle = (number) => (number === 0 ? 'take-and-cut-off' : undefined)
    const { exit, stdout } = await importing('app.jsonl')
    expect(exit).toBe(0)
    expect(stdout).toContain('not stored again')
    expect(read()).toEqual(range(10))
  })

  test('ends with 3 when the server stays away, and the next run stores the rest', async () => {
    write(
      'app.log',
      range(40_000)
        .map((i) => `2026-01-01 00:00:00 INFO line ${i} ${'x'.repeat(150)}\n`)
        .join(''),
    )
    server.meddle = (number) => (number >= 2 ? 'cut-off' : undefined)
    const broken = await importing('app.log')
    expect(broken.exit).toBe(3)
    expect(broken.stderr).toContain('Run the same command again')
    server.meddle = () => undefined
    const rest = await importing('app.log')
    expect(rest.exit).toBe(0)
    expect(rest.stderr).toContain('continued')
    expect(read()).toEqual(range(40_000))
  })

  test('goes on when the server was started again, with another token at another port', async () => {
    write('app.jsonl', jsonLines(0, 60_000))
    const data = join(folder, 'data')
    const announce = (url: string, token: string): void => {
      write('data/server.json', JSON.stringify({ url, pid: process.pid, startedAt: 'x' }))
      write('data/local.token', token)
    }
    mkdirSync(data)
    const second = await startFakeServer()
    second.requireToken = 'second'
    announce(server.url, 'first')
    server.requireToken = 'first'
    server.meddle = (number) => {
      if (number < 3) return undefined
      announce(second.url, 'second')
      return { status: 401, body: { error: { code: 'key-invalid', message: 'The key is unknown.', docs: '' } } }
    }
    const { exit } = await runHere(['import', '--data', data, 'app.jsonl'], { cwd: folder })
    server.taken.push(...second.taken)
    await second.close()
    expect(exit).toBe(0)
    expect(read().sort(byNumber)).toEqual(range(60_000))
  })

  test('waits for a server that does not answer yet, and does not count the wait', async () => {
    write('app.jsonl', jsonLines(0, 10))
    await server.close()
    const port = Number(new URL(server.url).port)
    let upAt = 0
    const started = new Promise<FakeServer>((resolve) => {
      const silent = createServer((socket) => {
        socket.destroy()
        silent.close(() => {
          upAt = performance.now()
          resolve(startFakeServer(port))
        })
      }).listen(port, '127.0.0.1')
    })
    const { exit, stdout, stderr } = await importing('app.jsonl', '--retry-for', '60', '--json')
    const sinceUpMs = Math.ceil(performance.now() - upAt)
    server = await started
    expect((JSON.parse(stdout) as { elapsedMs: number }).elapsedMs).toBeLessThanOrEqual(sinceUpMs)
    expect({ exit, stderr }).toMatchObject({ exit: 0, stderr: expect.stringContaining('trying again') })
    expect(read()).toEqual(range(10))
  })

  test('ends with 3 and names the address when no server comes up in time', async () => {
    write('app.jsonl', jsonLines(0, 10))
    await server.close()
    const { exit, stderr } = await importing('app.jsonl', '--retry-for', '0')
    expect(exit).toBe(3)
    expect(stderr).toContain(`No Heartwood server answers at ${server.url}`)
  })

  test('a time zone that does not exist is refused before anything is sent', async () => {
    write('app.log', 'x\n')
    const { exit, stderr } = await importing('app.log', '--timezone', 'Europe/Atlantis')
    expect(exit).toBe(2)
    expect(stderr).toContain('Europe/Atlantis')
    expect(server.taken).toEqual([])
  })

  test('stores every line once when it is killed in the middle and the file has grown since', async () => {
    write('app.jsonl', jsonLines(0, 60_000))
    let reached = (): void => undefined
    const midway = new Promise<void>((resolve) => {
      reached = resolve
    })
    // It is killed while pieces are under way: some taken without an answer, some not.
    server.meddle = (number) => {
      if (number < 3) return undefined
      reached()
      return number % 2 === 0 ? 'cut-off' : 'take-and-cut-off'
    }
    const killed = start(['import', 'app.jsonl'], { env, cwd: folder })
    await midway
    killed.child.kill('SIGKILL')
    expect((await killed.ended).signal).toBe('SIGKILL')
    const before = read().length
    expect(before).toBeLessThan(60_000)
    appendFileSync(join(folder, 'app.jsonl'), jsonLines(60_000, 1_000))
    server.meddle = () => undefined
    const { exit } = await importing('app.jsonl')
    expect(exit).toBe(0)
    expect(read().sort(byNumber)).toEqual(range(61_000))
  })

  test('lists what was refused by reason, with file and line, and ends with 5', async () => {
    write('app.jsonl', `${jsonLines(0, 5)}{torn\n${jsonLines(5, 5)}`)
    server.meddle = () => ({
      status: 202,
      body: { accepted: 10, rejected: [{ index: 5, line: 6, code: 'malformed', message: 'This line is not JSON.' }], rejectedCount: 1, batchId: 'b' },
    })
    const { exit, stdout } = await importing('app.jsonl')
    expect(exit).toBe(5)
    expect(stdout).toContain('1 malformed')
    expect(stdout).toContain('app.jsonl:6')
  })

  test('ends with 4 when the key may not do it', async () => {
    write('app.jsonl', jsonLines(0, 5))
    server.meddle = () => ({ status: 403, body: { error: { code: 'key-forbidden', message: 'The key may only read.', docs: '' } } })
    const { exit, stderr } = await importing('app.jsonl')
    expect(exit).toBe(4)
    expect(stderr).toContain('The key may only read.')
  })

  test('imports what it can, and names the file that it cannot read', async () => {
    write('good.jsonl', jsonLines(0, 10))
    write('packed.xz', Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00, 1, 2, 3]))
    write('torn.gz', gzipSync(jsonLines(10, 5_000)).subarray(0, -2_000))
    const { exit, stderr } = await importing('good.jsonl', 'packed.xz', 'torn.gz')
    expect(exit).toBe(5)
    expect(stderr).toContain('xz -dc')
    expect(stderr).toContain('torn.gz is damaged')
    expect(read()).toEqual(expect.arrayContaining(range(10)))
  })

  test('sends nothing when a file is not there', async () => {
    write('good.jsonl', jsonLines(0, 10))
    const { exit, stderr } = await importing('good.jsonl', 'missing.log')
    expect(exit).toBe(1)
    expect(stderr).toContain('“missing.log”')
    expect(server.taken).toEqual([])
  })
})
