import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { compile } from './testing/compile.ts'

let folder: string
let received: string[]
let hangs = false
let runs = 0
const server = createServer((request, response) => {
  let body = ''
  request.on('data', (part) => {
    body += part
  })
  request.on('end', () => {
    if (hangs) return
    received.push(...body.split('\n'))
    response.end()
  })
})
const children = new Set<ChildProcess>()

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'heartwood-end-'))
  compile(folder)
  copyFileSync(join(import.meta.dirname, 'testing/preload.mjs'), join(folder, 'preload.mjs'))
  writeFileSync(join(folder, 'nothing.mjs'), '')
  server.listen(0)
  await once(server, 'listening')
})
beforeEach(() => {
  received = []
  hangs = false
})
afterEach(() => {
  for (const child of children) child.kill('SIGKILL')
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
  rmSync(folder, { recursive: true, force: true })
})

interface Run {
  readonly flags?: readonly string[]
  readonly module?: boolean
  /** Sent when the program says READY, again for each READY. */
  readonly signal?: NodeJS.Signals
  readonly env?: NodeJS.ProcessEnv
}

interface Result {
  readonly code: number | null
  readonly signal: string | null
  readonly stdout: string
  readonly stderr: string
  /** What went to the server and what was kept, of this run. */
  readonly sent: string[]
  readonly spooled: string[]
  readonly durationMs: number
}

/** Runs a program with what is under test before it, or, for comparison, alone. */
const run = async (program: string, { flags = [], module = false, signal, env = {} }: Run, alone = false): Promise<Result> => {
  runs += 1
  const file = join(folder, `program.${module ? 'mjs' : 'cjs'}`)
  const spool = join(folder, `spool-${runs}`)
  writeFileSync(file, program)
  const before = received.length
  // A preload alone changes traces and origins.
  const preload = ['--import', join(folder, alone ? 'nothing.mjs' : 'preload.mjs')]
  const startedMs = performance.now()
  const child = spawn(process.execPath, [...preload, ...flags, file], {
    cwd: folder,
    env: { PATH: process.env.PATH, TEST_SERVER: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, TEST_SPOOL: spool, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  children.add(child)
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    if (signal !== undefined) for (let index = 0; index < text.split('READY').length - 1; index += 1) child.kill(signal)
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const [code, endedBy] = await once(child, 'close')
  children.delete(child)
  return {
    code,
    signal: endedBy,
    stdout,
    // Warnings name the process.
    stderr: stderr.replaceAll(/\(node:\d+\)/g, '(node)'),
    sent: received.slice(before),
    spooled: existsSync(spool) ? readFileSync(spool, 'utf8').trimEnd().split('\n') : [],
    durationMs: performance.now() - startedMs,
  }
}

const MODES = ['throw', 'strict', 'warn', 'none', 'warn-with-error-code'] as const
const LATE = (statement: string): string => `setTimeout(() => { ${statement} }, 10); setTimeout(() => console.log('went on'), 30)`
const HANDLER = (event: string, body: string): string => `process.on('${event}', (error) => { ${body} });`
const rejections = MODES.flatMap((mode): [string, string, Run, string[]][] => {
  const flags = [`--unhandled-rejections=${mode}`]
  const dies = mode === 'throw' || mode === 'strict'
  const level = dies ? 'fatal' : 'error'
  const own = mode === 'strict' ? 'fatal' : 'error'
  return [
    [`${mode}: rejected with an error`, LATE(`Promise.reject(new RangeError('r'))`), { flags }, [`${level} unhandledRejection RangeError: r`]],
    [
      `${mode}: rejected with an error, own listener`,
      HANDLER('unhandledRejection', 'console.log(error.message)') + LATE(`Promise.reject(new RangeError('r'))`),
      { flags },
      [`${own} unhandledRejection RangeError: r`],
    ],
    [
      `${mode}: rejected with an error, own listener for uncaught ones`,
      HANDLER('uncaughtException', 'console.log(error.message)') + LATE(`Promise.reject(new RangeError('r'))`),
      { flags },
      ['error unhandledRejection RangeError: r'],
    ],
  ]
})

/** To Node the main module is a promise when something is preloaded, and an error at its top a rejection. */
const AT_THE_TOP = expect.stringMatching(/^fatal (?:uncaughtException|unhandledRejection) TypeError: boom$/)

describe('the end of a program', () => {
  // The last column is what must have reached the server.
  it.each<[string, string, Run, string[]]>([
    ['an error at the top', `log('a'); throw new TypeError('boom')`, {}, ['a', AT_THE_TOP]],
    ['an error at the top of a module', `log('a'); throw new TypeError('boom')`, { module: true }, ['a', AT_THE_TOP]],
    ['an error later on', `log('a'); ${LATE(`throw new TypeError('boom')`)}`, {}, ['a', 'fatal uncaughtException TypeError: boom']],
    ['a text thrown', LATE(`throw 'text'`), {}, ['fatal uncaughtException text']],
    ['null thrown', LATE('throw null'), {}, ['fatal uncaughtException null']],
    ['an error with a cause', LATE(`throw new Error('outer', { cause: new Error('inner') })`), {}, ['fatal uncaughtException Error: outer']],
    ['an exit code set before', `process.exitCode = 9; ${LATE(`throw new Error('x')`)}`, {}, ['fatal uncaughtException Error: x']],
    ['a listener for the exit', `process.on('exit', (code) => console.log('exit', code)); throw new TypeError('boom')`, {}, [AT_THE_TOP]],
    [
      'an own listener',
      HANDLER('uncaughtException', 'console.log(error.message)') + LATE(`throw new Error('x')`),
      {},
      ['error uncaughtException Error: x'],
    ],
    [
      'an own listener for once, then another error',
      `process.once('uncaughtException', () => undefined); setTimeout(() => { throw new Error('x') }, 5); ${LATE(`throw new Error('y')`)}`,
      {},
      ['error uncaughtException Error: x', 'fatal uncaughtException Error: y'],
    ],
    [
      'an own listener that ends the process',
      HANDLER('uncaughtException', 'process.exit(5)') + LATE(`throw new Error('x')`),
      {},
      ['error uncaughtException Error: x'],
    ],
    [
      // Node ends without a last word to anybody.
      'an own listener that throws',
      HANDLER('uncaughtException', `throw new Error('again')`) + LATE(`throw new Error('x')`),
      {},
      [],
    ],
    [
      'a capture callback',
      `process.setUncaughtExceptionCaptureCallback(() => console.log('mine')); ${LATE(`throw new Error('x')`)}`,
      {},
      ['error uncaughtException Error: x'],
    ],
    [
      'an own monitor',
      HANDLER('uncaughtExceptionMonitor', 'console.log(error.message)') + LATE(`throw new Error('x')`),
      {},
      ['fatal uncaughtException Error: x'],
    ],
    ['--abort-on-uncaught-exception is not set by us', `console.log(process.execArgv.includes('--abort-on-uncaught-exception'))`, {}, []],
    ['a module that waits for ever', `log('a'); await new Promise(() => undefined)`, { module: true }, ['a']],
    ['a rejection with a text', LATE(`Promise.reject('text')`), {}, [expect.stringMatching(/^fatal unhandledRejection .*"text"/)]],
    ['a rejection that is handled late', `const p = Promise.reject(new Error('late')); p.catch(() => console.log('caught')); ${LATE('')}`, {}, []],
    ['nothing to do', '', {}, []],
    ['nothing to do and something logged', `log('a')`, {}, ['a']],
    ...rejections,
  ] as [string, string, Run, string[]][])('is as on Node alone, and its errors are told: %s', async (_, program, options, expected) => {
    const alone = await run(`globalThis.log ??= () => undefined; ${program}`, options, true)
    const { code, signal, stdout, stderr, sent, spooled } = await run(`globalThis.log ??= () => undefined; ${program}`, options)
    expect({ code, signal, stdout, stderr }).toEqual({ code: alone.code, signal: alone.signal, stdout: alone.stdout, stderr: alone.stderr })
    expect({ sent, spooled }).toEqual({ sent: expected, spooled: [] })
  })

  it.each([
    ['at the top', `log('a'); process.exit(3)`, {}],
    ['in a listener of the exit', `log('a'); process.on('exit', () => process.exit(3))`, {}],
    [
      'in a listener of a signal',
      `process.on('SIGTERM', () => { log('a'); process.exit(3) }); setInterval(() => undefined, 1000); console.log('READY')`,
      { signal: 'SIGTERM' },
    ],
  ] as const)('by process.exit comes after what was in memory is sent: %s', async (_, program, options) => {
    expect(await run(program, options)).toMatchObject({ code: 3, signal: null, stderr: '', sent: ['a'], spooled: [] })
  })

  it('by process.exit comes at once where nobody listens', async () => {
    const result = await run(`log('a'); process.exit(3)`, { env: { TEST_SERVER: 'http://127.0.0.1:1/', TEST_EXIT_TIMEOUT: '60000' } })
    expect(result).toMatchObject({ code: 3, spooled: ['a'] })
    // Far above what a process takes to start and end, and far below its exit timeout.
    expect(result.durationMs).toBeLessThan(40_000)
  })

  it('is not put off by a listener that logs each time there is nothing left to do', async () => {
    const { code, sent, spooled, stdout } = await run(`process.on('beforeExit', () => { console.log('again'); log('b' + Math.random()) })`, {})
    expect(code).toBe(0)
    expect(stdout.split('again').length - 1).toBe(4)
    // The last one is sent while the program stands still.
    expect([sent.length, spooled.length]).toEqual([4, 0])
  })

  it.each(['SIGTERM', 'SIGINT'] as const)('by %s comes after a flush, by that signal', async (signal) => {
    const program = `log('a'); setInterval(() => undefined, 1000); console.log('READY')`
    expect(await run(program, { signal })).toMatchObject({ code: null, signal, sent: ['a'] })
  })

  it.each([
    ['a listener', `process.on('SIGTERM', () => { console.log('mine'); clearInterval(timer) })`, { code: 0, signal: null, stdout: 'READY\nmine\n' }],
    [
      'one for once, and a second signal',
      `process.once('SIGTERM', () => console.log('mine READY'))`,
      { code: null, signal: 'SIGTERM', stdout: 'READY\nmine READY\n' },
    ],
    [
      'one that takes itself away and sends the signal again, as signal-exit does',
      `const end = () => { process.off('SIGTERM', end); process.kill(process.pid, 'SIGTERM') }; process.on('SIGTERM', end)`,
      { code: null, signal: 'SIGTERM', stdout: 'READY\n' },
    ],
    [
      'one that was taken away',
      `const mine = () => undefined; process.on('SIGTERM', mine); process.off('SIGTERM', mine)`,
      { code: null, signal: 'SIGTERM' },
    ],
  ])('by a signal is left to the program where that has %s', async (_, listener, expected) => {
    const program = `globalThis.log ??= () => undefined; const timer = setInterval(() => undefined, 1000); ${listener}; log('a'); console.log('READY')`
    const alone = await run(program, { signal: 'SIGTERM' }, true)
    expect(alone).toMatchObject(expected)
    expect(await run(program, { signal: 'SIGTERM' })).toMatchObject({ ...expected, sent: ['a'], spooled: [] })
  })

  it.each([
    ['an error', `throw new Error('x')`, undefined, { code: 1 }],
    ['nothing to do', '', undefined, { code: 0 }],
    ['process.exit', 'process.exit(4)', undefined, { code: 4 }],
    ['a signal', `setInterval(() => undefined, 1000); console.log('READY')`, 'SIGTERM', { signal: 'SIGTERM' }],
  ] as const)('is delayed by no more than the exit timeout when the server hangs: %s', async (_, statement, signal, expected) => {
    hangs = true
    const options = { env: { TEST_EXIT_TIMEOUT: '300' }, ...(signal && { signal }) }
    const result = await run(`log('a'); ${statement}`, options)
    expect(result).toMatchObject({ ...expected, sent: [] })
    expect(result.spooled[0]).toBe('a')
    // Far above what it should be, and far below what the server takes: it never answers, and nothing else would end the wait.
    expect(result.durationMs).toBeLessThan(40_000)
  })

  it('by a signal comes after what was logged while it was awaited, too', async () => {
    const program = `log('a'); let n = 0; setInterval(() => log('later ' + n++), 1); setInterval(() => console.log('n', n), 1); console.log('READY')`
    const { signal, stdout, sent, spooled } = await run(program, { signal: 'SIGTERM' })
    expect([signal, spooled]).toEqual(['SIGTERM', []])
    const said = Number(/n (\d+)\n$/.exec(stdout)?.[1] ?? 0)
    expect(sent.filter((event) => event.startsWith('later')).length).toBeGreaterThanOrEqual(said)
  })

  it('comes at once by a second signal', async () => {
    hangs = true
    const program = `log('a'); setInterval(() => undefined, 1000); console.log('READY'); setTimeout(() => console.log('READY'), 200)`
    const result = await run(program, { signal: 'SIGINT', env: { TEST_EXIT_TIMEOUT: '60000' } })
    expect(result).toMatchObject({ signal: 'SIGINT', spooled: ['a'] })
  })

  it('of a worker by an error is told by the worker, and the main thread goes on as on Node alone', async () => {
    const program = `
      const { Worker, isMainThread } = require('node:worker_threads')
      globalThis.log ??= () => undefined
      if (isMainThread) {
        const worker = new Worker(__filename)
        worker.on('error', (error) => console.log('worker:', error.message))
        worker.on('exit', (code) => console.log('worker ended', code))
      } else { log('from the worker'); throw new TypeError('boom') }`
    const alone = await run(program, {}, true)
    const { code, stdout, stderr, sent } = await run(program, {})
    expect({ code, stdout, stderr }).toEqual({ code: alone.code, stdout: alone.stdout, stderr: alone.stderr })
    expect(sent).toEqual(['from the worker', AT_THE_TOP])
  })
})
