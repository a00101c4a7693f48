// Installs what the tests need beside this Node: Chromium and PostgreSQL from Debian's packages, and a Node 24 from npm in a folder of its own
// (as a dependency its command would shadow the Node that runs everything else), and from PyPI the clients that the compatibility tests run.
// Does nothing where they are there.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureInstalled, node24, root, run } from './install.mjs'
import { ensurePythonClients } from './python-clients.mjs'

const postgres = () =>
  existsSync('/usr/lib/postgresql') && readdirSync('/usr/lib/postgresql').some((version) => existsSync(`/usr/lib/postgresql/${version}/bin/postgres`))
const wanted = [
  { name: 'Chromium', packages: ['chromium', 'fonts-liberation'], there: () => existsSync('/usr/bin/chromium') },
  { name: 'PostgreSQL', packages: ['postgresql'], there: postgres },
  { name: 'Python', packages: ['python3', 'python3-venv'], there: () => spawnSync('python3', ['-c', 'import ensurepip']).status === 0 },
]

ensureInstalled()
if (!existsSync(node24)) {
  console.log('Installing Node 24 beside this one …')
  run(
    'npm',
    ['install', '--prefix', join(root, '.node-24'), '--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--loglevel=error', 'node@24'],
    { cwd: tmpdir() },
  )
}
const missing = wanted.filter((service) => !service.there())
if (missing.length === 0) {
  console.log('Chromium, PostgreSQL, Python and Node 24 are there.')
} else {
  console.log(`Installing ${missing.map((service) => service.name).join(' and ')} …`)
  if (spawnSync('apt-get', ['--version']).error) {
    console.error('This script knows Debian’s apt-get only; install Chromium and PostgreSQL by the means of your system.')
    process.exit(1)
  }
  const sudo = process.getuid?.() === 0 ? [] : ['sudo']
  const apt = (...args) => {
    const [command, ...rest] = [...sudo, 'apt-get', '-qq', '-y', ...args]
    run(command, rest, { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } })
  }
  apt('update')
  apt('install', '--no-install-recommends', ...missing.flatMap((service) => service.packages))
}

const reason = ensurePythonClients()
if (reason) {
  console.error(`The clients of other systems could not be installed: ${reason}`)
  if (process.env.CI) process.exit(1)
}
