#!/usr/bin/env node
'use strict'
// CommonJS and plain syntax on purpose: it must say its sentence on an old Node too, and nothing may use libuv's thread pool before its
// size is set. The embedded engine waits on pool threads; with the default of four it can wait for itself.

const POOL_SIZE = '16'
// Bodies and blocks lie outside V8's heap, yet count towards its next full collection. With a heap as small as ours that would come several
// times a second under load; this lets the heap quadruple before it.
const HEAP_GROWTH_PERCENT = 300
const OLDEST = [20, 19]

const [major, minor] = process.versions.node.split('.').map(Number)
if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
  process.stderr.write(
    `heartwood: this is Node ${process.versions.node}; Heartwood needs Node ${OLDEST.join('.')} or newer. Install one from https://nodejs.org.\n`,
  )
  process.exit(1)
}

const { existsSync } = require('node:fs')
const { join } = require('node:path')

const fromSource = process.env.HEARTWOOD_SOURCE === '1'
// A loader or preloaded module may have started the pool already; then only a new process can have another size.
const preloads = /--(import|loader|experimental-loader|require)\b|(^|\s)-r\s/.test(`${process.env.NODE_OPTIONS || ''} ${process.execArgv.join(' ')}`)
const poolTooLate = !process.env.UV_THREADPOOL_SIZE && preloads
if (!process.env.UV_THREADPOOL_SIZE) process.env.UV_THREADPOOL_SIZE = POOL_SIZE

if (fromSource && !process.execArgv.includes('--conditions=@heartwood/source')) {
  // Found from here, not from the folder in which the command is typed.
  const { pathToFileURL } = require('node:url')
  startAgain(['--import', pathToFileURL(require.resolve('tsx')).href, '--conditions=@heartwood/source'])
} else if (poolTooLate) {
  startAgain([])
} else {
  const entry = fromSource ? '../src/main.ts' : '../dist/main.js'
  if (!existsSync(join(__dirname, entry))) {
    process.stderr.write('heartwood: it is not built yet. Run `npm run build` in the repository, or `npm start`, which builds what is missing.\n')
    process.exit(1)
  }
  require('node:v8').setFlagsFromString(`--heap-growing-percent=${HEAP_GROWTH_PERCENT}`)
  import(entry).then((module) => module.main())
}

/** The same command line in a new process with more flags; its signals and exit code are passed on. */
function startAgain(flags) {
  const { spawn } = require('node:child_process')
  const child = spawn(process.execPath, [...process.execArgv, ...flags, __filename, ...process.argv.slice(2)], { stdio: 'inherit' })
  // A terminal sends SIGINT to the whole group, so the child has it already.
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'))
  for (const signal of ['SIGTERM', 'SIGHUP', 'SIGUSR2']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => process.exit(signal ? 128 + require('node:os').constants.signals[signal] : code))
}
