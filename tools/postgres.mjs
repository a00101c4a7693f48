// A PostgreSQL server of its own for tests: in a new folder under the system's temporary one, on a free port of the loopback address,
// gone after `stop` (or when this process ends). Uses Debian's programs; `initdb` refuses to run as root, so root hands over to another user.
//
//   node tools/postgres.mjs        prints its URL and runs until Ctrl-C

import { execFile, execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const DEBIAN = '/usr/lib/postgresql'
const START_TIMEOUT_MS = 30_000

/** Folder of PostgreSQL's programs, newest version first; undefined when it is not installed. */
export function findPostgres() {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : []
  const folders = [...versions.map((version) => join(DEBIAN, version, 'bin')), ...(process.env.PATH ?? '').split(':')]
  return folders.find((folder) => folder !== '' && existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')))
}

/** Starts a server with one empty database. */
export async function startPostgres() {
  const programs = findPostgres()
  if (programs === undefined) throw new Error('PostgreSQL is not installed. On Debian: apt-get install postgresql')
  const owner = unprivilegedUser()
  const folder = mkdtempSync(join(tmpdir(), 'heartwood-postgres-'))
  if (owner.uid !== undefined) chownSync(folder, owner.uid, owner.gid)
  const data = join(folder, 'data')
  const options = { ...owner, cwd: folder, env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' } }
  try {
    await run(join(programs, 'initdb'), ['-D', data, '-U', 'heartwood', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'], options)
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw error
  }

  for (let attempt = 1; ; attempt++) {
    const port = await freePort()
    const server = await startServer(programs, data, port, options)
    if (server !== undefined) return handle(programs, folder, port, server, options)
    if (attempt === 3) {
      rmSync(folder, { recursive: true, force: true })
      throw new Error('PostgreSQL did not start.')
    }
  }
}

async function startServer(programs, data, port, options) {
  const settings = { listen_addresses: '127.0.0.1', unix_socket_directories: '', fsync: 'off', shared_buffers: '16MB', max_connections: '60' }
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const child = spawn(join(programs, 'postgres'), ['-D', data, '-p', String(port), ...flags], { ...options, stdio: 'ignore' })
  const ended = new Promise((resolve) => child.once('exit', resolve).once('error', resolve))
  // SIGQUIT: nobody needs this data any more.
  const kill = () => child.kill('SIGQUIT')
  process.once('exit', kill)
  const stop = async () => {
    process.removeListener('exit', kill)
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGINT')
    await ended
  }
  const deadline = Date.now() + START_TIMEOUT_MS
  while (Date.now() < deadline && child.exitCode === null) {
    try {
      await run(join(programs, 'pg_isready'), ['-q', '-h', '127.0.0.1', '-p', String(port), '-U', 'heartwood'], options)
      // Another server may have got the port first and answered in place of ours.
      if (child.exitCode === null) return { stop }
    } catch {
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 50))])
    }
  }
  await stop()
  return undefined
}

function handle(programs, folder, port, server, options) {
  const createDatabase = async () => {
    const name = `test_${randomBytes(6).toString('hex')}`
    await run(join(programs, 'createdb'), ['-h', '127.0.0.1', '-p', String(port), '-U', 'heartwood', name], options)
    return `postgres://heartwood@127.0.0.1:${port}/${name}`
  }
  const removeFolder = () => rmSync(folder, { recursive: true, force: true })
  process.once('exit', removeFolder)
  return {
    url: `postgres://heartwood@127.0.0.1:${port}/postgres`,
    createDatabase,
    async stop() {
      await server.stop()
      process.removeListener('exit', removeFolder)
      removeFolder()
    },
  }
}

/** Whom the server runs as: ourselves, unless we are root. */
function unprivilegedUser() {
  if (process.getuid?.() !== 0) return {}
  for (const name of ['postgres', 'nobody']) {
    try {
      return { uid: idOf('-u', name), gid: idOf('-g', name) }
    } catch {
      // Not known on this machine; try the next one.
    }
  }
  throw new Error('PostgreSQL does not run as root, and this machine has neither a user postgres nor nobody.')
}

const idOf = (flag, user) => Number(execFileSync('id', [flag, user], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }))

const freePort = () =>
  new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => resolve(port))
    })
  })

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const server = await startPostgres()
  console.log(server.url)
  const end = async () => {
    await server.stop()
    process.exit(0)
  }
  process.once('SIGINT', end)
  process.once('SIGTERM', end)
}
