import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { prepareDataFolder } from './data-folder.ts'

it('says in words why a data folder cannot be made', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'heartwood-folder-'))
  try {
    await prepareDataFolder(join(folder, 'new', 'data'))
    writeFileSync(join(folder, 'file'), '')
    await expect(prepareDataFolder(join(folder, 'file', 'data'))).rejects.toThrow('a part of its path is a file')
    if (process.platform === 'linux') await expect(prepareDataFolder('/proc/heartwood/data')).rejects.toThrow('no folder can be made there')
  } finally {
    rmSync(folder, { recursive: true })
  }
})
