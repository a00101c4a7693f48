import { execFileSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export function canMount(): boolean {
  const can = process.getuid?.() === 0 && process.platform === 'linux'
  if (!can) console.error('NOT RUN: tests of full and read-only disks mount a small disk, which needs root on Linux.')
  return can
}

export interface SmallDisks {
  /** @param options of a tmpfs, such as `size=32m` */
  mount(options: string): string
  /** An ext4 file system in a file; `size` as `truncate` takes it. */
  mountExt4(size: string): string
  unmountAll(): void
}

export function createSmallDisks(): SmallDisks {
  const mounts: string[] = []
  const mountAt = (args: (folder: string) => string[]): string => {
    const folder = mkdtempSync(join(tmpdir(), 'heartwood-mount-'))
    execFileSync('mount', args(folder))
    mounts.push(folder)
    return folder
  }
  return {
    mount: (options) => mountAt((folder) => ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]),
    mountExt4(size) {
      const image = join(mkdtempSync(join(tmpdir(), 'heartwood-image-')), 'disk')
      execFileSync('truncate', ['-s', size, image])
      execFileSync('mkfs.ext4', ['-q', '-F', image])
      return mountAt((folder) => ['-o', 'loop', image, folder])
    },
    unmountAll() {
      for (const folder of mounts.splice(0)) execFileSync('umount', ['-l', folder])
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
