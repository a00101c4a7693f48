import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sdkPackage } from '../../tools/sdk-peers.mjs'
import { installPrograms, NODES, peers, preparePeers } from './harness.ts'

const MOST_BYTES = 500 * 1024

/** Whatever stands here is a promise: adding is cheap, taking away breaks programs. */
const EXPORTED: { [entry: string]: string[] } = {
  '@heartwood/node': [
    'HeartwoodApiError',
    'OptionError',
    'addBreadcrumb',
    'addTags',
    'audit',
    'captureException',
    'child',
    'close',
    'consoleCapture',
    'createClient',
    'debug',
    'debugCapture',
    'error',
    'fatal',
    'feedback',
    'flow',
    'flush',
    'getClient',
    'heartbeat',
    'info',
    'ingestRaw',
    'init',
    'isLevelEnabled',
    'issues',
    'log',
    'outgoingRequests',
    'pause',
    'reconfigure',
    'registerRelease',
    'resume',
    'scope',
    'setContext',
    'setSession',
    'setUser',
    'startTimer',
    'stats',
    'timed',
    'uncaughtErrors',
    'warn',
    'withScope',
  ],
  '@heartwood/node/express': ['heartwoodExpress', 'heartwoodExpressErrors'],
  '@heartwood/node/fastify': ['heartwoodFastify'],
  '@heartwood/node/koa': ['heartwoodKoa'],
  '@heartwood/node/hono': ['heartwoodHono'],
  '@heartwood/node/nestjs': ['heartwoodNestLogger', 'setupNest'],
  '@heartwood/node/nextjs': ['onRequestError', 'registerHeartwood', 'withHeartwood', 'withHeartwoodAction'],
  '@heartwood/node/pino': ['pinoMixin', 'pinoStream'],
  '@heartwood/node/pino-transport': ['default'],
  '@heartwood/node/winston': ['winstonTransport'],
  '@heartwood/node/opentelemetry': ['HeartwoodLogRecordExporter', 'openTelemetry'],
}

const ready = preparePeers()
const project = mkdtempSync(join(tmpdir(), 'heartwood-install-'))
const installed = join(project, 'node_modules/@heartwood/node')
beforeAll(() => {
  if (!ready) return
  writeFileSync(join(project, 'package.json'), '{ "private": true }')
  // Without a registry: a package with a dependency could not be installed.
  execFileSync('npm', ['install', '--offline', '--no-audit', '--no-fund', '--loglevel=error', sdkPackage], { cwd: project, stdio: 'pipe' })
  installPrograms()
})
afterAll(() => rmSync(project, { recursive: true, force: true }))

const filesOf = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))

const run = (command: string, args: string[]): string => {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' })
  return status === 0 ? '' : `${stdout}${stderr}`
}

describe.skipIf(!ready)('the package', () => {
  it('takes 500 KB at most when it is installed, alone and without native code', () => {
    expect(readdirSync(join(project, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual(['@heartwood'])
    expect(readdirSync(join(project, 'node_modules/@heartwood'))).toEqual(['node'])
    const files = filesOf(installed)
    expect(files.filter((file) => !/\.(?:c?js|d\.c?ts|json|md)$|\/LICENSE$/.test(file))).toEqual([])
    const bytes = files.map((file) => statSync(file).size).reduce((a, b) => a + b, 0)
    expect(bytes).toBeLessThanOrEqual(MOST_BYTES)
  })

  it('brings no script that runs when it is installed, and no dependency', () => {
    const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'))
    for (const field of ['scripts', 'dependencies', 'optionalDependencies', 'peerDependencies', 'devDependencies', 'private', 'gypfile'])
      expect(manifest).not.toHaveProperty(field)
  })

  it('loads nothing but itself and Node', () => {
    const foreign = filesOf(join(installed, 'dist'))
      .filter((file) => /\.c?js$/.test(file))
      .flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/^(?:import|export)\b[^'"\n]*['"]([^'"]+)['"]|\brequire\(['"]([^'"]+)['"]\)/gm)])
      .map(([, imported, required]) => imported ?? required ?? '')
      .filter((name) => !name.startsWith('node:') && !name.startsWith('./'))
    expect([...new Set(foreign)]).toEqual([])
  })

  it('finds nothing wrong for a registry', () => {
    expect(run(process.execPath, [join(peers, 'node_modules/publint/src/cli.js'), installed, '--strict'])).toBe('')
  })

  it('compiles into a strict program, as ES module and as CommonJS, its types checked as well', { timeout: 60_000 }, () => {
    expect(run(process.execPath, [join(peers, 'node_modules/typescript/bin/tsc'), '-p', join(peers, 'programs/consumer')])).toBe('')
  })

  it.each([
    ['imported', `import { init } from '@heartwood/node'; init({ minLevel: 'loud' })`, 'module'],
    ['required', `require('@heartwood/node').init({ minLevel: 'loud' })`, 'commonjs'],
  ])('shows the sentence about a wrong option and not all of itself, %s', (_, code, type) => {
    const { stderr } = spawnSync(process.execPath, [`--input-type=${type}`, '-e', code], { cwd: project, encoding: 'utf8' })
    expect(stderr).toContain('`minLevel` must be one of')
    expect(stderr.split('\n').filter((line) => line.length > 1_000)).toEqual([])
  })

  it('has an entry for each name that is listed here, and no other', () => {
    const { exports } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as { exports: { [name: string]: unknown } }
    const names = Object.keys(exports).filter((name) => name !== './package.json')
    expect(names.map((name) => `@heartwood/node${name.slice(1)}`).sort()).toEqual(Object.keys(EXPORTED).sort())
  })

  it.each(NODES)('exports the names that are listed here, imported and required, on $name', ({ node }) => {
    const list = (code: string): { [entry: string]: string[] } =>
      JSON.parse(execFileSync(node, ['--input-type=module', '-e', code, JSON.stringify(Object.keys(EXPORTED))], { cwd: project, encoding: 'utf8' }))
    const print = 'console.log(JSON.stringify(all))'
    // What only has a default is that function itself when it is required: pino takes its transports so.
    const names = `typeof entry === 'function' ? ['default'] : Object.keys(entry)
      .filter((name) => name !== 'module.exports' && (name !== 'default' || typeof entry.default === 'function')).sort()`
    const loop = (load: string) =>
      `import { createRequire } from 'node:module'; const require = createRequire(process.cwd() + '/x.js'); const all = {};
       for (const name of JSON.parse(process.argv[1])) { const entry = ${load}; all[name] = ${names} } ${print}`
    const expected = Object.fromEntries(Object.entries(EXPORTED).map(([entry, exported]) => [entry, exported.toSorted()]))
    expect(list(loop('await import(name)'))).toEqual(expected)
    expect(list(loop('require(name)'))).toEqual(expected)
  })
})
