import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Batch, Spool } from '@heartwood/sdk-core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSpool, type NodeSpool } from './spool.ts'

let folder: string
let directory: string
const children: ChildProcess[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'heartwood-spool-'))
  directory = join(folder, 'queue')
})
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

const open = (caps: { maxBytes?: number; maxAgeHours?: number } = {}): NodeSpool =>
  createSpool({ directory, maxBytes: 2 ** 26, maxAgeHours: 72, ...caps })
const batch = (id: string, events = 1, size = 100): Batch => ({
  id,
  path: '/ingest?service=shop',
  contentType: 'application/x-ndjson',
  encoding: 'gzip',
  events,
  body: new Uint8Array(size).fill(id.length),
})
const takeAll = async (spool: Spool): Promise<string[]> => {
  const ids: string[] = []
  for (let taken = await spool.take(); taken !== undefined; taken = await spool.take()) {
    ids.push(taken.batch.id)
    await taken.done()
  }
  return ids
}
const files = (): string[] => readdirSync(directory).sort()

/** Another process with the same folder as `spool`; each line it says is one of `lines`. */
const start = (script: string): { child: ChildProcess; lines: AsyncIterator<string> } => {
  const module = JSON.stringify(new URL('spool.ts', import.meta.url).href)
  const code = `
    const { createSpool } = await import(${module})
    const spool = createSpool({ directory: ${JSON.stringify(directory)}, maxBytes: 2 ** 26, maxAgeHours: 72 })
    const batch = (id) => ({ id, path: '/ingest', contentType: 'text/plain', events: 1, body: new Uint8Array(50000) })
    const say = (line) => require('node:fs').writeSync(1, line + '\\n')
    ${script}`
  const child = spawn(
    process.execPath,
    [
      '--import',
      'tsx',
      '--input-type=module',
      '-e',
      `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);${code}`,
    ],
    {
      cwd: import.meta.dirname,
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  )
  children.push(child)
  return { child, lines: createInterface(child.stdout)[Symbol.asyncIterator]() }
}
const lineOf = async (lines: AsyncIterator<string>): Promise<string> => {
  const { value, done } = await lines.next()
  if (done === true) throw new Error('The process ended before it said anything.')
  return value
}

describe('the spool folder', () => {
  it('gives batches back as they were, the oldest first, to the next process as well', async () => {
    const first = open()
    for (const id of ['a', 'bb', 'ccc']) expect(await first.write(batch(id, 3))).toEqual({ evicted: [] })
    const taken = await first.take()
    expect(taken).toMatchObject({ own: true, batch: { ...batch('a', 3), body: expect.anything() } })
    expect(Buffer.from(taken?.batch.body ?? []).equals(batch('a', 3).body)).toBe(true)
    await taken?.putBack()
    await first.close()
    const second = open()
    expect((await second.take())?.own).toBe(false)
    await second.close()
    expect(await takeAll(open())).toEqual(['a', 'bb', 'ccc'])
    expect(files()).toEqual([])
  })

  it('is readable for its owner only', async () => {
    const spool = open()
    await spool.write(batch('a'))
    spool.writeSync(batch('b'))
    expect(statSync(directory).mode & 0o777).toBe(0o700)
    expect(files().map((name) => statSync(join(directory, name)).mode & 0o777)).toEqual([0o600, 0o600])
  })

  it('gives each batch to one of several processes that take at once', async () => {
    const spool = open()
    const ids = Array.from({ length: 300 }, (_, index) => `batch-${index}`)
    for (const id of ids) spool.writeSync(batch(id))
    const takers = [1, 2, 3].map(() =>
      start(`
        const first = await spool.take()
        say('ready')
        process.stdin.once('data', async () => {
          const ids = [first.batch.id]
          await first.done()
          for (let taken; (taken = await spool.take()); ) { ids.push(taken.batch.id); await taken.done() }
          say(JSON.stringify(ids))
          process.exit()
        })`),
    )
    for (const { lines } of takers) expect(await lineOf(lines)).toBe('ready')
    for (const { child } of takers) child.stdin?.write('go\n')
    const shares = await Promise.all(takers.map(async ({ lines }) => JSON.parse(await lineOf(lines)) as string[]))
    expect(shares.flat().sort()).toEqual(ids.sort())
    expect(files()).toEqual([])
  })

  it('has everything whose writing was confirmed before the writer was killed', async () => {
    for (let round = 0; round < 4; round += 1) {
      const { child, lines } = start(`for (let index = 0; ; index += 1) { await spool.write(batch('k' + index)); say('k' + index) }`)
      const confirmed: string[] = []
      for (let count = 0; count < 3 + round * 7; count += 1) confirmed.push(await lineOf(lines))
      child.kill('SIGKILL')
      await once(child, 'exit')
      for (let line = await lines.next(); line.done !== true; line = await lines.next()) confirmed.push(line.value)
      const spool = open()
      expect(await takeAll(spool)).toEqual(expect.arrayContaining(confirmed))
      expect(files()).toEqual([])
    }
  })

  it('gives back at once what a killed process had taken, and not what a living one has', async () => {
    await open().write(batch('a'))
    const { child, lines } = start(`say((await spool.take()).batch.id); setInterval(() => undefined, 1000)`)
    expect(await lineOf(lines)).toBe('a')
    const other = open()
    expect(await other.take()).toBeUndefined()
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(await takeAll(other)).toEqual(['a'])
  })

  it.each([
    [-10, ['a']],
    [-1, []],
    [1, []],
    [10, ['a']],
  ])('gives back what was taken on a machine that cannot be asked by its time of change: %i minutes from now', async (minutes, expected) => {
    const spool = open()
    await spool.write(batch('a'))
    const [name = ''] = files()
    const taken = join(directory, `${name}.taken-00000000p1s1r000000000000`)
    renameSync(join(directory, name), taken)
    const time = new Date(Date.now() + minutes * 60_000)
    utimesSync(taken, time, time)
    expect(await takeAll(spool)).toEqual(expected)
  })

  it('lets the oldest go when it is full, and says whose they were', async () => {
    const other = open()
    await other.write(batch('other', 7, 30_000))
    const spool = open({ maxBytes: 100_000 })
    await spool.write(batch('a', 2, 30_000))
    await spool.write(batch('b', 3, 30_000))
    expect(await spool.write(batch('c', 1, 30_000))).toEqual({ evicted: [{ events: 7, own: false, reason: 'spool-full' }] })
    expect(spool.writeSync(batch('d', 1, 30_000))).toEqual({ evicted: [{ events: 2, own: true, reason: 'spool-full' }] })
    await expect(spool.write(batch('large', 1, 200_000))).rejects.toMatchObject({ code: 'spool-full' })
    expect(await takeAll(spool)).toEqual(['b', 'c', 'd'])
  })

  it('counts small files as what they take on disk', async () => {
    const spool = open({ maxBytes: 65_536 })
    for (let index = 0; index < 40; index += 1) spool.writeSync(batch(`s${index}`))
    expect(files()).toHaveLength(16)
  })

  it('lets go what waited too long', async () => {
    const spool = open({ maxAgeHours: 1 })
    await spool.write(batch('old', 5))
    const [name = ''] = files()
    const aged = name.replace(/^\d{14}/, String(Date.now() - 2 * 3_600_000).padStart(14, '0'))
    renameSync(join(directory, name), join(directory, aged))
    expect(await spool.take()).toBeUndefined()
    expect(spool.losses()).toEqual({ evicted: [{ events: 5, own: true, reason: 'spool-expired' }] })
    expect(spool.losses()).toEqual({ evicted: [] })
    expect(files()).toEqual([])
  })

  it('goes on past what is damaged, cut, empty, foreign, of a newer version or of another kind, and counts what is lost once', async () => {
    const spool = open()
    for (const id of ['cut', 'empty', 'flipped', 'foreign-address', 'good']) await spool.write(batch(id, 2))
    const [cut = '', empty = '', flipped = '', address = '', good = ''] = files()
    truncateSync(join(directory, cut), 50)
    truncateSync(join(directory, empty), 0)
    const bytes = readFileSync(join(directory, flipped))
    bytes[bytes.length - 1] = 0
    writeFileSync(join(directory, flipped), bytes)
    writeFileSync(join(directory, address), readFileSync(join(directory, address), 'utf8').replace('"/ingest', '"/apikey'))
    writeFileSync(join(directory, 'notes.txt'), 'mine')
    writeFileSync(join(directory, `${good.slice(0, -1)}2`), 'of a later version')
    mkdirSync(join(directory, good.replace(/^\d{14}/, '00000000000001')))
    const before = files()
    expect(await takeAll(spool)).toEqual(['good'])
    const lost = { events: 2, own: true, reason: 'spool-damaged' }
    expect(spool.losses()).toEqual({ evicted: [lost, lost, lost, lost] })
    expect(await takeAll(open())).toEqual([])
    expect(files().filter((name) => !name.endsWith('.damaged'))).toEqual(
      before.filter((name) => ![cut, empty, flipped, address, good].includes(name)),
    )
    // Damaged files are kept for whoever wants to look, and are the first to go.
    const small = open({ maxBytes: 16_384 })
    expect(await small.write(batch('new', 1, 10_000))).toEqual({ evicted: [] })
    expect(files().filter((name) => name.endsWith('.damaged'))).toHaveLength(0)
  })

  it('holds a batch once that is written in the last moment while its writing was under way', async () => {
    const spool = open()
    await spool.write(batch('first'))
    const written = spool.write(batch('a'))
    const later = new Promise((resolve) => setTimeout(resolve, 2))
    spool.writeSync(batch('a'))
    expect(await written).toEqual({ evicted: [] })
    const other = spool.write(batch('b'))
    // Somewhere in the midst of it.
    await later
    spool.writeSync(batch('b'))
    await other
    expect(files()).toHaveLength(3)
    expect((await takeAll(spool)).sort()).toEqual(['a', 'b', 'first'])
  })

  it('is made again when somebody deleted it', async () => {
    const spool = open()
    await spool.write(batch('a'))
    const taken = await spool.take()
    rmSync(directory, { recursive: true })
    await taken?.done()
    expect(await spool.take()).toBeUndefined()
    await spool.write(batch('b'))
    rmSync(directory, { recursive: true })
    spool.writeSync(batch('c'))
    expect(await takeAll(spool)).toEqual(['c'])
  })

  it('keeps what it has when the disk is full, and takes more when there is room again', async ({ skip }) => {
    mkdirSync(directory)
    skip(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', directory]).status !== 0, 'no tmpfs can be mounted here')
    try {
      const spool = open()
      for (const id of ['a', 'b', 'c']) await spool.write(batch(id, 1, 300_000))
      await expect(spool.write(batch('d', 1, 300_000))).rejects.toMatchObject({ code: 'spool-unwritable' })
      expect(() => spool.writeSync(batch('e', 1, 300_000))).toThrow(expect.objectContaining({ code: 'spool-unwritable' }))
      expect(files()).toHaveLength(3)
      expect(await takeAll(spool)).toEqual(['a', 'b', 'c'])
      await spool.write(batch('f', 1, 300_000))
      expect(await takeAll(spool)).toEqual(['f'])
    } finally {
      spawnSync('umount', [directory])
    }
  })

  it.skipIf(process.platform !== 'linux')('says so at once where no folder can be made', async () => {
    directory = '/proc/heartwood/queue'
    const spool = open()
    await expect(spool.prepare()).rejects.toMatchObject({ code: 'spool-unwritable' })
    await expect(spool.write(batch('a'))).rejects.toMatchObject({ code: 'spool-unwritable' })
    expect(() => spool.writeSync(batch('a'))).toThrow(expect.objectContaining({ code: 'spool-unwritable' }))
  })

  it('refuses with a code what it cannot write, and stays usable', async () => {
    writeFileSync(directory, 'a file where the folder should be')
    const spool = open()
    await expect(spool.prepare()).rejects.toMatchObject({ code: 'spool-unwritable', message: expect.stringContaining(directory) })
    await expect(spool.write(batch('a'))).rejects.toMatchObject({ code: 'spool-unwritable', message: expect.stringContaining(directory) })
    expect(() => spool.writeSync(batch('a'))).toThrow(expect.objectContaining({ code: 'spool-unwritable' }))
    expect(await spool.take()).toBeUndefined()
    rmSync(directory)
    await spool.prepare()
    await spool.write(batch('b'))
    // The superuser may write everywhere, so this half says nothing under it.
    if (process.getuid?.() !== 0) {
      chmodSync(directory, 0o500)
      await expect(spool.prepare()).rejects.toMatchObject({ code: 'spool-unwritable' })
      await expect(spool.write(batch('c'))).rejects.toMatchObject({ code: 'spool-unwritable' })
      chmodSync(directory, 0o700)
    }
    expect(await takeAll(spool)).toEqual(['b'])
  })
})
