import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Whether a process holds the engine's own lock, as far as the system tells (Linux, and not across containers). */
export const isLockedByEngine = (folder: string): boolean => {
  try {
    const { ino } = statSync(join(folder, 'status'))
    return readFileSync('/proc/locks', 'utf8')
      .split('\n')
      .some((line) => line.includes('FLOCK') && line.includes(`:${ino} `))
  } catch {
    return false
  }
}
