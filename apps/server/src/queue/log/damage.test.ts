import { expect, test } from 'vitest'
import type { AccountRows } from '../queue.ts'
import { batch, damage, drain, open, publishAll } from './testing/named-batches.ts'
import { createSimulatedFiles } from './testing/simulated-files.ts'

test('a batch that becomes unreadable while it waits is counted, and every other one comes once', async () => {
  const files = createSimulatedFiles()
  const lost: AccountRows[] = []
  const queue = await open(files, { hotBytes: 1_000, onLost: (rows) => lost.push(rows) })
  const names = Array.from({ length: 9 }, (_, index) => `batch-${index}`)
  await publishAll(queue, names, { rows: 10 })
  damage(files, 'batch-1')
  damage(files, 'batch-4')
  expect(await drain(queue, 20)).toEqual(names.filter((name) => name !== 'batch-1' && name !== 'batch-4'))
  expect(lost).toEqual([{ projectId: 1, door: 'native', keyId: 'key-1', rows: 20 }])
  expect(queue.depth()).toMatchObject({ rows: 0, bytes: 0, lostRows: 20 })
})

test('a queue of which nothing can be read any more is empty, and goes on', async () => {
  const files = createSimulatedFiles()
  const queue = await open(files, { hotBytes: 0 })
  await publishAll(queue, ['a-text', 'b-text'])
  damage(files, 'a-text')
  damage(files, 'b-text')
  expect(await drain(queue)).toEqual([])
  expect(queue.depth()).toMatchObject({ rows: 0, bytes: 0, lostRows: 2 })
  await queue.publish(batch('c-text'))
  expect(await drain(queue)).toEqual(['c-text'])
})
