import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createScratch } from './scratch.ts'

describe('scratch', () => {
  let root: string
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'heartwood-scratch-'))
    mkdirSync(join(root, 'ram'))
    mkdirSync(join(root, 'data'))
  })
  afterEach(() => rmSync(root, { recursive: true, force: true }))
  const create = (ramBytes = 0) => createScratch({ dataFolder: join(root, 'data'), ramFolder: join(root, 'ram'), ramBytes })

  it('stands in memory when there is room, and in the data folder when there is not', () => {
    expect(create().folder.startsWith(join(root, 'ram'))).toBe(true)
    const onDisk = create(Number.MAX_SAFE_INTEGER)
    expect([onDisk.ramBacked, onDisk.folder.startsWith(join(root, 'data'))]).toEqual([false, true])
  })

  it('stands in the data folder when there is no folder in memory', () => {
    const { ramBacked } = createScratch({ dataFolder: join(root, 'data'), ramFolder: join(root, 'none') })
    expect(ramBacked).toBe(false)
  })

  it('removes what dead processes left, and what an earlier process of this number left, and nothing else', () => {
    const gone = spawnSync(process.execPath, ['-e', 'console.log(process.pid)'], { encoding: 'utf8' }).stdout.trim()
    const left = [`heartwood-${gone}-1-a`, `heartwood-${process.pid}-1-b`]
    const kept = [`heartwood-${process.ppid}-1-c`, 'heartwood-other', 'else']
    for (const name of [...left, ...kept]) mkdirSync(join(root, 'ram', name))
    const first = create()
    const second = create()
    const names = readdirSync(join(root, 'ram'))
    expect(names.filter((name) => left.includes(name))).toEqual([])
    expect(names).toEqual(expect.arrayContaining(kept))
    expect([existsSync(first.folder), existsSync(second.folder)]).toEqual([true, true])
  })

  it('gives a path for a name with any characters, and is gone after close', () => {
    const scratch = create()
    const path = scratch.path('0000000001:42/../../x')
    writeFileSync(path, '')
    expect(path.startsWith(`${scratch.folder}/`)).toBe(true)
    scratch.close()
    expect(existsSync(scratch.folder)).toBe(false)
  })
})
