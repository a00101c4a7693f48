// What a fresh clone lacks: packages and builds. Uses nothing but Node itself.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** Where tools/services.mjs puts other versions of Node. */
export const nodeOf = (major) => join(root, `.node-${major}`, 'node_modules', 'node', 'bin', 'node')

/** Runs a command in the repository with its output shown; ends this process when it fails. */
export function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options })
  if (result.error || result.status !== 0) {
    console.error(
      `\n${[command, ...args].join(' ')} failed${result.error ? `: ${result.error.message}` : ` with code ${result.status ?? result.signal}`}.`,
    )
    process.exit(result.status || 1)
  }
}

const bin = (name) => join(root, 'node_modules', '.bin', name)

export { bin }

/**
 * Installs packages when the lock file is not the one that was installed last. Not `npm ci`: it refuses where a registry lacks a package that is
 * optional and for another system.
 */
export function ensureInstalled() {
  const lock = readFileSync(join(root, 'package-lock.json'), 'utf8')
  const stamp = join(root, 'node_modules', '.heartwood-installed')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint(lock)) return
  console.log('Installing packages; the first time this takes a minute or two …')
  run(process.platform === 'win32' ? 'npm.cmd' : 'npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'])
  writeFileSync(stamp, fingerprint(lock))
}

/** Builds what is older than its sources and needed to run. */
export function ensureBuilt() {
  for (const [name, { output, sources, build, toPublish }] of Object.entries(parts)) {
    if (toPublish || isFresh(output, sources)) continue
    console.log(`Building ${name} …`)
    build()
  }
}

const tsdown = (folder) => () => run(process.execPath, [join(root, 'tools/bundle.mjs')], { cwd: join(root, folder) })

export const parts = {
  server: { output: 'apps/server/dist/main.js', sources: ['apps/server', 'packages/protocol'], build: tsdown('apps/server') },
  'command line': {
    output: 'packages/cli/dist/main.js',
    sources: ['packages/cli', 'packages/protocol', 'apps/server'],
    build: tsdown('packages/cli'),
  },
  dashboard: {
    output: 'apps/dashboard/dist/index.html',
    sources: ['apps/dashboard', 'packages/protocol'],
    build: () => run(bin('vite'), ['build', '--logLevel', 'warn'], { cwd: join(root, 'apps/dashboard') }),
  },
  // The server runs without it; tools/sdk-peers.mjs builds it for its tests.
  'Node SDK': { toPublish: true, build: tsdown('packages/sdk-node') },
}

function isFresh(output, sources) {
  const file = join(root, output)
  if (!existsSync(file)) return false
  const built = statSync(file).mtimeMs
  return sources.every((folder) => newest(join(root, folder)) <= built)
}

/** Newest change below a folder, tests and build results aside. */
export function newest(folder) {
  let latest = 0
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (['dist', 'node_modules', 'dev'].includes(entry.name) || /\.test\.tsx?$/.test(entry.name)) continue
    const path = join(folder, entry.name)
    latest = Math.max(latest, entry.isDirectory() ? newest(path) : statSync(path).mtimeMs)
  }
  return latest
}

function fingerprint(text) {
  let hash = 0
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0
  return `${process.versions.modules} ${text.length} ${hash}`
}
