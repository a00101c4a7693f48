// Installs what the tests need beside this Node: Chromium and PostgreSQL from Debian's packages; Node 22 and 24 from npm in folders of their own
// (as a dependency their command would shadow the Node that runs everything else); from PyPI the clients that the compatibility tests run; and from
// npm the libraries that the Node SDK is tested with.
// Does nothing where they are there.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureInstalled, nodeOf, root, run } from './install.mjs'
import { ensurePythonClients } from './python-clients.mjs'
import { ensureSdkPeers } from './sdk-peers.mjs'

const postgres = () =>
  existsSync('/usr/lib/postgresql') && readdirSync('/usr/lib/postgresql').some((version) => existsSync(`/usr/lib/postgresql/${version}/bin/postgres`))
const wanted = [
  { name: 'Chromium', packages: ['chromium', 'fonts-liberation'], there: () => existsSync('/usr/bin/chromium') },
  { name: 'PostgreSQL', packages: ['postgresql'], there: postgres },
  { name: 'Python', packages: ['python3', 'python3-venv'], there: () => spawnSync('python3', ['-c', 'import ensurepip']).status === 0 },
]

ensureInstalled()
for (const major of [22, 24])
  if (!existsSync(nodeOf(major))) {
    console.log(`Installing Node ${major} beside this one …`)
    const flags = ['--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--loglevel=error']
    run('npm', ['install', '--prefix', join(root, `.node-${major}`), ...flags, `node@${major}`], { cwd: tmpdir() })
  }
const missing = wanted.filter((service) => !service.there())
if (missing.length === 0) {
  console.log('Chromium, PostgreSQL, Python, Node 22 and Node 24 are there.')
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
const missingPeers = ensureSdkPeers()
if (missingPeers) {
  console.error(`The libraries that the Node SDK is tested with are not there: ${missingPeers}`)
  if (process.env.CI) process.exit(1)
}
