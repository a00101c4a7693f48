import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

let mountable: boolean | undefined

/** Whether this process may mount, found out by doing it once. @throws where CI is set: there a skip would hide that nothing was tested. */
export function canMount(): boolean {
  mountable ??= tryMount()
  return mountable
}

function tryMount(): boolean {
  const disks = createSmallDisks()
  try {
    disks.mount('size=1m')
    return true
  } catch (error) {
    const message = 'tests of full and read-only disks mount a small disk, which needs root on Linux.'
    if (process.env.CI) throw new Error(`Not run: ${message}`, { cause: error })
    process.stderr.write(`NOT RUN: ${message}\n`)
    return false
  } finally {
    disks.unmountAll()
  }
}

export interface SmallDisks {
  /** @param options of a tmpfs, such as `size=32m` */
  mount(options: string): string
  /** An ext4 file system in a file of so many MiB. */
  mountExt4(sizeMiB: number): string
  /** Nothing of them is left in the temporary folder. */
  unmountAll(): void
}

export function createSmallDisks(): SmallDisks {
  const mounts: string[] = []
  const folders: string[] = []
  const makeFolder = (): string => {
    const folder = mkdtempSync(join(tmpdir(), 'heartwood-disk-'))
    folders.push(folder)
    return folder
  }
  const mountAt = (args: (folder: string) => string[]): string => {
    const folder = makeFolder()
    execFileSync('mount', args(folder), { stdio: 'pipe' })
    mounts.push(folder)
    return folder
  }
  return {
    mount: (options) => mountAt((folder) => ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]),
    mountExt4(sizeMiB) {
      const image = join(makeFolder(), 'disk')
      writeFileSync(image, '')
      truncateSync(image, sizeMiB * 1024 * 1024)
      execFileSync('mkfs.ext4', ['-q', '-F', image])
      return mountAt((folder) => ['-o', 'loop', image, folder])
    },
    unmountAll() {
      for (const folder of mounts.splice(0)) execFileSync('umount', ['-l', folder])
      for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
    },
  }
}

/** Writes the file until the disk is full. */
export function fill(path: string, blocks = '64k'): void {
  try {
    execFileSync('dd', ['if=/dev/zero', `of=${path}`, `bs=${blocks}`], { stdio: 'ignore' })
  } catch {
    // dd ends with an error because the disk is full: that is what was wanted.
  }
}
