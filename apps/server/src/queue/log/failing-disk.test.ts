import { expect, test } from 'vitest'
import type { DamageReport } from './damage.ts'
import { batch, drain, NOW_OR_NEVER, open } from './testing/named-batches.ts'
import { createSimulatedFiles, type SimulatedFiles } from './testing/simulated-files.ts'

test('a full disk refuses with queue-full, leaves nothing behind and goes on when there is room', async () => {
  const files = createSimulatedFiles()
  const queue = await open(files)
  await queue.publish(batch('a'))
  files.fail('write', 'ENOSPC', 1)
  await expect(queue.publish(batch('refused'))).rejects.toMatchObject({ code: 'queue-full', status: 503, retryAfterSeconds: 10 })
  await queue.publish(batch('b'))
  await queue.close()
  expect(await drain(await open(files))).toEqual(['a', 'b'])
})

test('refuses while the disk has no room for storing what waits, this batch included, and goes on when it has', async () => {
  const files = createSimulatedFiles()
  const messages: string[] = []
  const log = {
    info: (_: object, message: string) => messages.push(message),
    warn: () => 0,
    error: (_: object, message: string) => messages.push(message),
  }
  let roomFor = 1_000
  const queue = await open(files, { hasRoom: (waitingBytes) => waitingBytes <= roomFor, log })
  await queue.publish(batch('a'.repeat(500)))
  for (const name of ['b', 'c']) {
    await expect(queue.publish(batch(name.repeat(500)))).rejects.toMatchObject({ code: 'queue-full', status: 503, retryAfterSeconds: 10 })
  }
  roomFor = 2_000
  await queue.publish(batch('d'.repeat(500)))
  expect(await drain(queue)).toEqual(['a'.repeat(500), 'd'.repeat(500)])
  expect(messages).toEqual(['the queue could not be written; batches are refused', 'the queue takes batches again'])
})

test('says each reason for refusing once, until it takes batches again', async () => {
  const files = createSimulatedFiles()
  const codes: unknown[] = []
  const log = {
    info: (_: object, message: string) => codes.push(message),
    warn: () => 0,
    error: ({ err }: { err?: { code?: string } }) => codes.push(err?.code),
  }
  const queue = await open(files, { log })
  const refused = async (operation: 'write' | 'sync', code: string, times: number) => {
    files.fail(operation, code, times)
    await expect(queue.publish(batch('x'))).rejects.toThrow()
  }
  await queue.publish(batch('a'))
  await refused('write', 'ENOSPC', 1)
  await refused('write', 'ENOSPC', 1)
  await refused('sync', 'EIO', 2)
  await refused('write', 'EIO', 1)
  await queue.publish(batch('b'))
  await refused('write', 'EIO', 1)
  expect(codes).toEqual(['queue-full', 'queue-unavailable', 'the queue takes batches again', 'queue-unavailable'])
})

test('a read-only disk refuses with its reason', async () => {
  const files = createSimulatedFiles()
  const queue = await open(files)
  files.fail('create', 'EROFS', 1)
  await expect(queue.publish(batch('a'))).rejects.toMatchObject({ code: 'queue-unavailable', message: expect.stringContaining('EROFS') })
})

test('after a failed fdatasync the batch is written again elsewhere, and the doubtful bytes never count', async () => {
  const files = createSimulatedFiles()
  const queue = await open(files)
  await queue.publish(batch('a'))
  files.fail('sync', 'EIO', 1)
  files.fail('truncate', 'EIO', 1)
  await queue.publish(batch('b'))
  await queue.publish(batch('c'))
  const reports: DamageReport[] = []
  const again = await open(
    files.survivors('kill', () => 0),
    { onDamage: (report) => reports.push(report) },
  )
  expect(await drain(again)).toEqual(['a', 'b', 'c'])
  expect(reports).toEqual([])
})

test('when the second fdatasync fails too, the publisher hears of it', async () => {
  const files = createSimulatedFiles()
  const queue = await open(files)
  await queue.publish(batch('a'))
  files.fail('sync', 'EIO', 2)
  await expect(queue.publish(batch('refused'))).rejects.toMatchObject({ code: 'queue-unavailable' })
  await queue.publish(batch('b'))
  expect(await drain(queue)).toEqual(['a', 'b'])
})

test('at the cap a publish waits for room and is then refused with a time to come back', async () => {
  const queue = await open(createSimulatedFiles(), { capBytes: 3_000, roomMs: 20 })
  const payload = Buffer.alloc(1_000)
  await queue.publish(batch('', { payload }))
  await queue.publish(batch('', { payload }))
  await expect(queue.publish(batch('', { payload }))).rejects.toMatchObject({ code: 'queue-full', retryAfterSeconds: 5 })
})

test('a publish that waits for room is let in when a group is stored', async () => {
  const queue = await open(createSimulatedFiles(), { capBytes: 3_000, roomMs: 10_000 })
  const payload = Buffer.alloc(1_000)
  await queue.publish(batch('', { payload }))
  await queue.publish(batch('', { payload }))
  const late = queue.publish(batch('', { payload }))
  await drain(queue)
  await late
  expect(queue.depth()).toMatchObject({ rows: 1 })
})

test('a read that fails loses nothing: the next take begins where it stood', async () => {
  const files = createSimulatedFiles()
  const first = await open(files, { segmentBytes: 64 * 1024 })
  const payload = Buffer.alloc(40_000, 'x')
  for (let count = 0; count < 3; count += 1) await first.publish(batch('', { payload }))
  await first.take({ maxRows: 1, maxWaitMs: 0 })
  await first.close()

  const opens: string[] = []
  let failing: string | undefined
  const flaky: SimulatedFiles = Object.assign(Object.create(files) as SimulatedFiles, {
    open: async (name: string) => {
      opens.push(name)
      if (name === failing) throw Object.assign(new Error('too many open files'), { code: 'EMFILE' })
      return files.open(name)
    },
  })
  const queue = await open(flaky, { segmentBytes: 64 * 1024, hotBytes: 0 })
  const [one, , three] = [...new Set(opens.filter((name) => name.endsWith('.segment')))]
  failing = one
  await expect(queue.take(NOW_OR_NEVER)).rejects.toMatchObject({ code: 'EMFILE' })
  failing = three
  const recorded = await queue.take(NOW_OR_NEVER)
  const fresh = await queue.take(NOW_OR_NEVER)
  await expect(queue.take(NOW_OR_NEVER)).rejects.toMatchObject({ code: 'EMFILE' })
  failing = undefined
  const last = await queue.take(NOW_OR_NEVER)
  expect([recorded, fresh, last].map((group) => group?.deliveries.length)).toEqual([1, 1, 1])
  expect(new Set([recorded, fresh, last].map((group) => group?.deliveries[0]?.position)).size).toBe(3)
})
