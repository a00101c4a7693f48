import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unixMs } from '@heartwood/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { canMount, createSmallDisks } from '../../self/testing/small-disk.ts'
import type { Batch, Queue } from '../queue.ts'
import { createLogQueue } from './log-queue.ts'

const batch = (name: string, sizeBytes: number): Batch => ({
  projectId: 1,
  door: 'native',
  keyId: '',
  batchId: name,
  receivedAt: unixMs(Date.now()),
  rows: 1,
  rejectedRows: 0,
  payload: Buffer.alloc(sizeBytes, name),
})

const drain = async (queue: Queue): Promise<string[]> => {
  const names: string[] = []
  while (queue.depth().rows > 0) {
    const group = await queue.take({ maxRows: 100, maxWaitMs: 0 })
    if (group === undefined) break
    names.push(...group.deliveries.map(({ batchId }) => batchId))
    await queue.acknowledge(group)
  }
  return names
}

test('many publishers at once are answered together, each one durable', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'queue-'))
  const queue = await createLogQueue({ folder, capBytes: 1 << 28 })
  const names = Array.from({ length: 2_000 }, (_, index) => `b${index}`)
  await Promise.all(names.map((name) => queue.publish(batch(name, 500))))
  await queue.close()
  const again = await createLogQueue({ folder, capBytes: 1 << 28 })
  expect(await drain(again)).toEqual(names)
  await again.close()
  await rm(folder, { recursive: true })
})

test('a folder that is a file stops the start with a reason', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'queue-'))
  await writeFile(join(folder, 'queue'), '')
  await expect(createLogQueue({ folder: join(folder, 'queue'), capBytes: 1 << 20 })).rejects.toMatchObject({ code: 'data-folder-unusable' })
  await rm(folder, { recursive: true })
})

describe.skipIf(!canMount())('on a disk of 2 MiB (skipped where no tmpfs can be mounted)', () => {
  const disks = createSmallDisks()
  let folder: string
  let queue: Queue

  beforeAll(async () => {
    folder = disks.mount('size=2m')
    queue = await createLogQueue({ folder, capBytes: 1 << 28, segmentBytes: 256 * 1024 })
  })

  afterAll(async () => {
    await queue.close()
    disks.unmountAll()
  })

  test('when it is full publishers hear it, what was acknowledged stays, and it goes on when there is room', async () => {
    const acknowledged: string[] = []
    let refused = 0
    for (let index = 0; index < 60; index += 1) {
      await queue.publish(batch(`b${index}`, 50_000)).then(
        () => acknowledged.push(`b${index}`),
        (error: unknown) => {
          expect(error).toMatchObject({ code: 'queue-full', status: 503 })
          refused += 1
        },
      )
    }
    expect(refused).toBeGreaterThan(10)
    expect(acknowledged.length).toBeGreaterThan(20)
    expect(await drain(queue)).toEqual(acknowledged)
    await queue.publish(batch('later', 50_000))
    expect(await drain(queue)).toEqual(['later'])
  })

  test('a disk filled by something else refuses, and takes again after it was cleared', async () => {
    const hog = join(folder, 'hog')
    await writeFile(hog, Buffer.alloc(4 << 20)).catch(() => undefined)
    await expect(queue.publish(batch('x', 300_000))).rejects.toMatchObject({ code: 'queue-full' })
    await unlink(hog)
    await queue.publish(batch('y', 300_000))
    expect(await drain(queue)).toEqual(['y'])
  })

  test('a disk that became read-only refuses with the reason and works again when it is writable', async () => {
    await queue.close()
    execFileSync('mount', ['-o', 'remount,ro', folder])
    await expect(createLogQueue({ folder, capBytes: 1 << 28 })).rejects.toMatchObject({
      code: 'data-folder-unusable',
      message: expect.stringContaining('EROFS'),
    })
    execFileSync('mount', ['-o', 'remount,rw', folder])
    queue = await createLogQueue({ folder, capBytes: 1 << 28 })
    await queue.publish(batch('z', 100))
    expect(await drain(queue)).toEqual(['z'])
  })
})
