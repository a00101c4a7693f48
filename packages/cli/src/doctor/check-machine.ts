import { constants } from 'node:fs'
import { access, readdir, stat, statfs } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { formatBytes } from '../output/units.ts'
import { isAlive, readRunningServer } from '../server/address.ts'
import { type Finding, note, ok, problem, warning } from './finding.ts'

const GIB = 1024 ** 3
const MIB = 1024 ** 2
const FEW_THREADS = 8

export function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major < 20 || (major === 20 && minor < 19)) return problem('node', `Node ${version} is too old.`, 'Install Node 20.19, 22 or 24.')
  if (major % 2 === 1) return warning('node', `Node ${version} is not a release with long support.`, 'Use Node 20.19, 22 or 24.')
  return ok('node', `Node ${version}`)
}

export function checkThreadPool(size: string | undefined): Finding {
  const threads = Number(size ?? 4)
  if (threads >= FEW_THREADS) return ok('thread-pool', `UV_THREADPOOL_SIZE is ${threads}.`)
  return warning(
    'thread-pool',
    `UV_THREADPOOL_SIZE is ${size ?? 'not set (4)'}; the embedded engine can wait for itself.`,
    'Unset it, so that the launcher chooses 16, or set it to 16.',
  )
}

/** Whether the folder can be used, by whom it is, and how much room there is. */
export async function checkDataFolder(folder: string): Promise<Finding[]> {
  const info = await stat(folder).catch(() => undefined)
  if (info && !info.isDirectory()) return [problem('data-folder', `${folder} is not a folder.`, 'Set --data or HEARTWOOD_DATA to a folder.')]
  const place = info ? folder : await nearestFolder(folder)
  const writable = await access(place, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  )
  const findings: Finding[] = []
  if (!writable) {
    findings.push(problem('data-folder', `${place} is not writable for this user.`, `Run \`chown\` on it, or set HEARTWOOD_DATA to another folder.`))
  } else if (info) findings.push(ok('data-folder', `${folder} is there and writable.`))
  else findings.push(note('data-folder', `${folder} is not there yet; the server creates it.`))
  findings.push(checkFree(place, await statfs(place)))
  return findings
}

function checkFree(place: string, { bavail, blocks, bsize }: { bavail: number; blocks: number; bsize: number }): Finding {
  const free = bavail * bsize
  const text = `${formatBytes(free)} of ${formatBytes(blocks * bsize)} are free at ${place}.`
  const fix = 'Make room there, shorten the retention of projects, or move the data folder to a larger disk.'
  if (free < GIB) return problem('disk', text, fix)
  return free < 5 * GIB ? warning('disk', text, fix) : ok('disk', text)
}

/** Pieces of the queue that could not be read lie there, with the batches that they held. */
export async function checkDamage(folder: string): Promise<Finding[]> {
  const damaged = join(folder, 'queue', 'damaged')
  const pieces = await namesIn(damaged)
  if (pieces.length === 0) return []
  return [
    warning(
      'queue-damaged',
      `${pieces.length === 1 ? 'A piece' : `${pieces.length} pieces`} of the queue could not be read: acknowledged batches in it were not stored. They lie in ${damaged}.`,
      'Look at the disk. What clients still have under the same batch ids can be sent again. Delete the folder when you are done with it.',
    ),
  ]
}

/** What the embedded engine could not read when it opened its tables. */
export async function checkBrokenParts(folder: string): Promise<Finding[]> {
  const store = join(folder, 'events', 'store')
  const broken: string[] = []
  for (const prefix of await namesIn(store)) {
    for (const table of await namesIn(join(store, prefix))) {
      const detached = join(store, prefix, table, 'detached')
      for (const part of await namesIn(detached)) if (part.startsWith('broken-on-start')) broken.push(join(detached, part))
    }
  }
  if (broken.length === 0) return []
  return [
    problem(
      'broken-parts',
      `The event store could not read ${broken.length === 1 ? 'a part of its data' : `${broken.length} parts of its data`} and set it aside; the events in it are missing: ${broken.join(', ')}.`,
      'Look at the disk, and restore a backup of the data folder if you have one. Delete what was set aside when you are done with it.',
    ),
  ]
}

const namesIn = (folder: string): Promise<string[]> => readdir(folder).catch(() => [])

export function checkOwner(folder: string): Finding {
  const running = readRunningServer(folder)
  if (!running) return note('server-process', 'No server has noted itself in the data folder.')
  if (isAlive(running.pid))
    return ok('server-process', `A server runs on this folder: process ${running.pid}, at ${running.url}, since ${running.startedAt}.`)
  return warning(
    'server-process',
    `The last server on this folder (process ${running.pid}) ended without saying so: it was killed, or the machine went down.`,
    'Nothing was lost that had been acknowledged. Start it again; if it happens often, look for the out-of-memory killer in `dmesg`.',
  )
}

/** The engine takes batches over a folder in memory where there is one. */
export async function checkSharedMemory(): Promise<Finding> {
  const info = await statfs('/dev/shm').catch(() => undefined)
  if (!info) return note('shared-memory', 'There is no /dev/shm; batches go through the data folder, which is slower.')
  const size = info.blocks * info.bsize
  const free = info.bavail * info.bsize
  if (free >= 256 * MIB) return ok('shared-memory', `/dev/shm has ${formatBytes(free)} free.`)
  return warning(
    'shared-memory',
    `/dev/shm has ${formatBytes(free)} of ${formatBytes(size)} free; it wants 256 MiB.`,
    'In a container: --shm-size=512m.',
  )
}

async function nearestFolder(folder: string): Promise<string> {
  for (let place = resolve(folder); ; place = dirname(place)) {
    if (await stat(place).catch(() => undefined)) return place
  }
}
