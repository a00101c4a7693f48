import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { createLogQueue } from './log-queue.ts'

const KILLS = 15
const CHILD = fileURLToPath(new URL('testing/kill-child.ts', import.meta.url))

/** Runs the child until it has acknowledged `acknowledgements` batches and `extraMs` have passed, then kills it. */
const liveAndDie = async (folder: string, first: number, acknowledgements: number, extraMs: number): Promise<number[]> => {
  const child = spawn(process.execPath, ['--conditions=@heartwood/source', '--import', 'tsx', CHILD, folder, String(first)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const acknowledged: number[] = []
  const closed = new Promise((resolve) => child.once('close', resolve))
  let dying = false
  // `close` of the readline comes when all of the output has been read, also what was written right before the kill.
  for await (const line of createInterface({ input: child.stdout })) {
    if (line !== 'up') acknowledged.push(Number(line))
    if (dying || acknowledged.length < acknowledgements) continue
    dying = true
    setTimeout(() => child.kill('SIGKILL'), extraMs)
  }
  await closed
  expect(dying).toBe(true)
  return acknowledged
}

test(`a process killed ${KILLS} times at random moments loses no acknowledged batch and stores none twice`, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'queue-kill-'))
  await writeFile(join(folder, 'engine.txt'), '')
  const acknowledged: number[] = []
  for (let kill = 0; kill < KILLS; kill += 1) {
    acknowledged.push(...(await liveAndDie(folder, kill * 1_000_000, Math.floor(Math.random() * 150), Math.random() * 40)))
  }

  const queue = await createLogQueue({ folder: join(folder, 'queue'), capBytes: 1 << 26 })
  const rest: { token: string; names: number[] }[] = []
  while (queue.depth().rows > 0) {
    const group = await queue.take({ maxRows: 1_000, maxWaitMs: 0 })
    if (group === undefined) break
    rest.push({ token: group.token, names: group.deliveries.map(({ batchId }) => Number(batchId)) })
    await queue.acknowledge(group)
  }
  const lines = (await readFile(join(folder, 'engine.txt'), 'utf8')).trimEnd().split('\n')
  const inserts = [
    ...lines.map((line) => {
      const [token = '', , names = ''] = line.split(' ')
      return { token, names: names.split(',').map(Number) }
    }),
    ...rest,
  ]
  const byToken = new Map<string, number[]>()
  for (const { token, names } of inserts) expect(names).toEqual(byToken.get(token) ?? byToken.set(token, names).get(token))
  const stored = [...byToken.values()].flat()
  expect(new Set(stored).size).toBe(stored.length)
  const all = new Set(stored)
  expect(acknowledged.filter((name) => !all.has(name))).toEqual([])
  expect(acknowledged.filter((name) => queue.recall(1, String(name)) === undefined)).toEqual([])
  expect(acknowledged.length).toBeGreaterThan(KILLS * 20)
  expect(existsSync(join(folder, 'damage.txt'))).toBe(false)
  await queue.close()
  await rm(folder, { recursive: true })
}, 120_000)
