// Installs the published Python clients that e2e/compat runs, and the frameworks that they plug into, into .compat-venv: once, until their versions
// change. `node tools/python-clients.mjs` does it by hand; `npm test` tries it and goes on without.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { root } from './install.mjs'

const folder = join(root, '.compat-venv')
const packages = join(folder, 'packages')
const list = join(root, 'e2e', 'compat', 'requirements.txt')
/** Says what is installed and in which of two forms; e2e/compat/support/python.ts reads it. */
const marker = join(folder, 'installed.json')

/** @returns why the clients are not there; undefined when they are. */
export function ensurePythonClients() {
  const requirements = readFileSync(list, 'utf8')
  if (existsSync(marker) && JSON.parse(readFileSync(marker, 'utf8')).requirements === requirements) return undefined
  if (spawnSync('python3', ['--version']).error) return 'There is no python3 on this machine.'
  console.log('Installing the clients of other systems for the compatibility tests …')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  const pip = (python, ...more) =>
    spawnSync(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--retries', '2', '--requirement', list, ...more], {
      encoding: 'utf8',
    })
  const install = (form, python, ...more) => {
    const { status, stderr } = pip(python, ...more)
    if (status === 0) writeFileSync(marker, JSON.stringify({ requirements, form }, undefined, 2))
    return status === 0 ? undefined : (stderr ?? '').trim() || 'pip failed.'
  }
  // Debian leaves venv or pip out of python3; either is enough.
  const venv = spawnSync('python3', ['-m', 'venv', join(folder, 'venv')], { encoding: 'utf8' })
  if (venv.status === 0) return install('venv', join(folder, 'venv', 'bin', 'python'))
  if (spawnSync('python3', ['-m', 'pip', '--version']).status !== 0) return 'python3 has neither venv nor pip (Debian: apt-get install python3-venv).'
  return install('packages', 'python3', '--target', packages)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const reason = ensurePythonClients()
  if (reason) {
    console.error(reason)
    process.exit(1)
  }
}
