// Installs what the scenarios of the Node SDK run with, into .sdk-peers: real libraries in the versions of e2e/sdk/peers, and the SDK itself, built and
// packed as its users get it. Outside the workspaces, so that nobody who only wants to start the server downloads a web framework.
// `node tools/sdk-peers.mjs` does it by hand; `npm test` tries it and goes on without.
import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ensureInstalled, newest, root } from './install.mjs'

const list = join(root, 'e2e', 'sdk', 'peers')
const folder = join(root, '.sdk-peers')
const installed = join(folder, 'node_modules', '@heartwood', 'node')
/** Which list is installed. */
const marker = join(folder, 'installed.json')
/** The packed SDK, for tests that install it as a user does. */
export const sdkPackage = join(folder, 'heartwood-node.tgz')
const SOURCES = ['packages/sdk-node', 'packages/sdk-core', 'packages/protocol']
const LOCK_WAIT_MS = 300_000

/** @returns why they are not there; undefined when they are. */
export function ensureSdkPeers() {
  mkdirSync(folder, { recursive: true })
  return oneAtATime(() => ensureLibraries() ?? ensurePackage())
}

function ensureLibraries() {
  const wanted = readFileSync(join(list, 'package.json'), 'utf8')
  if (existsSync(marker) && readFileSync(marker, 'utf8') === wanted) return undefined
  console.log('Installing the libraries that the Node SDK is tested with …')
  // npm takes out what is not on its list: the SDK.
  rmSync(sdkPackage, { force: true })
  for (const name of ['package.json', 'package-lock.json']) copyFileSync(join(list, name), join(folder, name))
  // Without scripts: some of them download more than npm does.
  const failure = npm(['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', '--fetch-retries=2'], folder)
  if (failure !== undefined) return `npm could not install them:\n${failure}`
  writeFileSync(marker, wanted)
  return undefined
}

function ensurePackage() {
  const changed = Math.max(...SOURCES.map((name) => newest(join(root, name))))
  if (existsSync(sdkPackage) && existsSync(installed) && statSync(sdkPackage).mtimeMs > changed) return undefined
  console.log('Packing the Node SDK …')
  const stage = mkdtempSync(join(tmpdir(), 'heartwood-sdk-'))
  try {
    const packed = packSdk(stage)
    const fresh = join(stage, 'fresh')
    mkdirSync(fresh)
    // What npm does with a package that has no dependencies, without looking at 500 others.
    const unpacked = spawnSync('tar', ['-xzf', packed, '-C', fresh], { encoding: 'utf8' })
    if (unpacked.status !== 0) throw new Error(`The package cannot be unpacked: ${unpacked.stderr}`)
    rmSync(installed, { recursive: true, force: true })
    cpSync(join(fresh, 'package'), installed, { recursive: true })
    copyFileSync(packed, `${sdkPackage}.new`)
    renameSync(`${sdkPackage}.new`, sdkPackage)
    return undefined
  } finally {
    rmSync(stage, { recursive: true, force: true })
  }
}

/** As its users do; npm builds it. @returns the path of the package */
function packSdk(stage) {
  const failure = npm(['pack', '--loglevel=error', '--pack-destination', stage], join(root, 'packages/sdk-node'))
  if (failure !== undefined) throw new Error(`The Node SDK cannot be packed:\n${failure}`)
  const packed = readdirSync(stage).find((name) => name.endsWith('.tgz'))
  if (packed === undefined) throw new Error('npm pack left no package.')
  return join(stage, packed)
}

/** @returns what npm said when it failed */
function npm(args, cwd) {
  // Under npx the settings of this repository would come along.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('npm_')))
  const { status, stdout, stderr, error } = spawnSync(process.platform === 'win32' ? 'npm.cmd' : 'npm', args, { cwd, encoding: 'utf8', env })
  return status === 0 ? undefined : error ? error.message : `${stdout}${stderr}`.trim()
}

/** Two runs at once would install into one folder. A lock that is older than any installation was left by a run that was killed. */
function oneAtATime(work) {
  const lock = join(folder, 'lock')
  const deadline = Date.now() + LOCK_WAIT_MS
  for (;;) {
    try {
      mkdirSync(lock)
      break
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
      const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now())
      if (age > LOCK_WAIT_MS) rmSync(lock, { recursive: true, force: true })
      else if (Date.now() > deadline) return `Another run holds ${lock}.`
      else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100)
    }
  }
  try {
    return work()
  } finally {
    rmSync(lock, { recursive: true, force: true })
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  ensureInstalled()
  const reason = ensureSdkPeers()
  if (reason !== undefined) {
    console.error(reason)
    process.exit(1)
  }
}
