// Installs what the tests need beside Node: Chromium and PostgreSQL, from Debian's packages. Does nothing where they are there.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { ensureInstalled, run } from './install.mjs'

const postgres = () =>
  existsSync('/usr/lib/postgresql') && readdirSync('/usr/lib/postgresql').some((version) => existsSync(`/usr/lib/postgresql/${version}/bin/postgres`))
const wanted = [
  { name: 'Chromium', packages: ['chromium', 'fonts-liberation'], there: () => existsSync('/usr/bin/chromium') },
  { name: 'PostgreSQL', packages: ['postgresql'], there: postgres },
]

ensureInstalled()
const missing = wanted.filter((service) => !service.there())
if (missing.length === 0) {
  console.log('Chromium and PostgreSQL are there.')
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
