import { readdir, readFile, readlink } from 'node:fs/promises'

/** The process that listens on a TCP port of this machine, as far as this user may see it (Linux). */
export async function findPortOwner(port: number): Promise<string | undefined> {
  const inodes = new Set<string>()
  for (const file of ['/proc/net/tcp', '/proc/net/tcp6']) {
    const lines = (await readFile(file, 'utf8').catch(() => '')).split('\n').slice(1)
    for (const line of lines) {
      const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/)
      const LISTEN = '0A'
      if (state === LISTEN && Number.parseInt(local.split(':')[1] ?? '', 16) === port) inodes.add(`socket:[${inode}]`)
    }
  }
  if (inodes.size === 0) return undefined
  for (const pid of (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name))) {
    const handles = await readdir(`/proc/${pid}/fd`).catch(() => [])
    for (const handle of handles) {
      if (!inodes.has(await readlink(`/proc/${pid}/fd/${handle}`).catch(() => ''))) continue
      const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0').join(' ').trim()
      return `process ${pid} (${command.slice(0, 120) || 'unknown'})`
    }
  }
  return 'a process of another user'
}
