import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { canMount, createSmallDisks, fill } from '../../apps/server/src/self/testing/small-disk.ts'
import { heartwood } from '../support/heartwood.ts'
import { type RunningServer, startServer } from '../support/server.ts'

const running: RunningServer[] = []
const start = async (options?: Parameters<typeof startServer>[0]) => {
  const server = await startServer(options)
  running.push(server)
  return server
}
const { mount, unmountAll } = createSmallDisks()
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()))
  unmountAll()
})

const sentenceOf = async (options: Parameters<typeof startServer>[0]): Promise<string> => {
  try {
    await start(options)
  } catch (error) {
    return (error as Error).message
  }
  return ''
}

it('says that the port is taken, and what to do, and leaves nothing behind', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => other.once('listening', resolve))
  const { port } = other.address() as { port: number }
  const dataFolder = join(mkdtempSync(join(tmpdir(), 'heartwood-fault-')), 'data')
  const message = await sentenceOf({ dataFolder, env: { HEARTWOOD_PORT: String(port) } })
  other.close()
  expect(message).toContain(`HEARTWOOD_PORT: port ${port} on 127.0.0.1 is in use by another program.`)
  expect(message).not.toMatch(/\n\s+at /)
  expect(existsSync(dataFolder)).toBe(false)
})

it('lets no second process onto the folder, and does not disturb the first', async () => {
  const first = await start()
  const message = await sentenceOf({ dataFolder: first.dataFolder })
  expect(message).toContain(String(first.pid))
  expect(message).toContain('HEARTWOOD_DATA')
  expect((await fetch(`${first.url}/readyz`)).status).toBe(200)
})

it('starts again after it was killed, though its lock still lies there', async () => {
  const first = await startServer()
  await first.kill()
  const second = await start({ dataFolder: first.dataFolder })
  expect((await fetch(`${second.url}/readyz`)).status).toBe(200)
})

it('tells in the ledger and the metrics of what it cannot read of its queue, and goes on', async () => {
  const dataFolder = mkdtempSync(join(tmpdir(), 'heartwood-fault-'))
  mkdirSync(join(dataFolder, 'queue'))
  writeFileSync(join(dataFolder, 'queue', '000000000001.segment'), 'what was a segment before the disk failed '.repeat(20))
  const server = await start({ dataFolder })
  // Its header is a piece of its own.
  expect((await server.client.ledger({ query: {} })).damaged).toEqual({ pieces: 2, bytes: 840 })
  const metrics = await fetch(`${server.url}/metrics`).then((response) => response.text())
  expect(metrics).toMatch(/^heartwood_queue_damaged_pieces 2$/m)
  expect(metrics).toMatch(/^heartwood_queue_damaged_bytes 840$/m)
  expect((await fetch(`${server.url}/readyz`)).status).toBe(200)
})

it('names every wrong setting at once', async () => {
  const message = await sentenceOf({ env: { HEARTWOOD_PORT: 'many', HEARTWOOD_ENGINE_MEMORY: 'all', HEARTWOOD_DATABASE_URL: 'mysql://x' } })
  for (const part of ['HEARTWOOD_PORT', 'HEARTWOOD_ENGINE_MEMORY', 'HEARTWOOD_DATABASE_URL']) expect(message).toContain(part)
})

it('says that the data folder cannot be written', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'heartwood-fault-')), 'file')
  writeFileSync(file, '')
  expect(await sentenceOf({ dataFolder: join(file, 'data') })).toContain('a part of its path is a file')
})

it.skipIf(!canMount())('says that the data folder is read-only', async () => {
  const folder = mount('ro,size=1m')
  expect(await sentenceOf({ dataFolder: join(folder, 'data') })).toContain('read-only')
})

it.skipIf(!canMount())('says at its first start that the disk is full, and starts there once it has room', async () => {
  const folder = mount('size=1m')
  const dataFolder = join(folder, 'data')
  expect(await sentenceOf({ dataFolder })).toMatch(
    /\d+ KiB left, and a start needs 8 MiB\. Make the data folder writable and see that its disk has room/,
  )
  execFileSync('mount', ['-o', 'remount,size=64m', folder])
  const server = await start({ dataFolder })
  expect((await fetch(`${server.url}/readyz`)).status).toBe(200)
})

it.skipIf(!canMount())('says that the disk is full when that keeps it from starting again', async () => {
  const folder = mount('size=32m')
  const dataFolder = join(folder, 'data')
  const server = await start({ dataFolder })
  await server.stop()
  fill(join(folder, 'filler'), '64k')
  fill(join(folder, 'rest'), '1k')
  expect(await sentenceOf({ dataFolder })).toMatch(/cannot be used: (the disk is full|its disk has 0 KiB left)/)
})

it('is told by doctor what is wrong, whether the server runs or not', async () => {
  const server = await start()
  const well = await heartwood(server, ['doctor'])
  expect({ code: well.code, text: well.stdout + well.stderr }).toMatchObject({ code: 0 })
  await server.stop()
  expect((await heartwood(server, ['doctor'])).code).toBe(1)
})
