import type { UnixMs } from '@heartwood/protocol'
import { expect, test } from 'vitest'
import { AT, batch, damage, drain, NOW_OR_NEVER, open, publishAll } from './testing/named-batches.ts'
import { createSimulatedFiles } from './testing/simulated-files.ts'

test('what was set aside can be listed, looked at and replayed', async () => {
  const files = createSimulatedFiles()
  const queue = await open(files)
  await queue.publish(batch('bad', { batchId: 'b1', rows: 3 }))
  const group = await queue.take(NOW_OR_NEVER)
  if (group === undefined) throw new Error('a group was expected')
  await queue.deadLetter(group, 'the engine refused it')
  expect(queue.depth()).toMatchObject({ rows: 0, deadLetters: 1 })
  await queue.close()

  const again = await open(files)
  const [letter] = await again.deadLetters.list()
  expect(letter).toMatchObject({ at: AT as UnixMs, sizeBytes: 3, reason: 'the engine refused it', batch: { projectId: 1, batchId: 'b1', rows: 3 } })
  const id = letter?.id ?? ''
  expect(Buffer.from((await again.deadLetters.get(id))?.batch.payload ?? []).toString()).toBe('bad')
  expect(await Promise.all([again.deadLetters.replay(id), again.deadLetters.replay(id)])).toEqual([3, 3])
  expect(again.depth()).toMatchObject({ rows: 3, deadLetters: 0 })
  expect(await drain(again)).toEqual(['bad'])
  await expect(again.deadLetters.replay(id)).rejects.toMatchObject({ code: 'dead-letter-not-found' })
})

test('what was set aside of a deleted project is removed for good, and of no other', async () => {
  const files = createSimulatedFiles()
  const queue = await open(files)
  for (const projectId of [1, 2, 1]) {
    await queue.publish(batch('bad', { projectId, rows: projectId + 2 }))
    const group = await queue.take(NOW_OR_NEVER)
    if (group === undefined) throw new Error('a group was expected')
    await queue.deadLetter(group, 'the engine refused it')
  }
  const account = { projectId: 1, door: 'native', keyId: 'key-1', rows: 3 }
  expect(await queue.deadLetters.discard(1)).toMatchObject([account, account])
  await queue.close()
  const again = await open(files.survivors('power', () => 0))
  expect((await again.deadLetters.list()).map(({ batch }) => batch.projectId)).toEqual([2])
})

test('a replay that a crash cuts off is finished at the next start, and the queue says what a former run left', async () => {
  const files = createSimulatedFiles()
  const queue = await open(files)
  await queue.publish(batch('bad', { rows: 3 }))
  const group = await queue.take(NOW_OR_NEVER)
  if (group === undefined) throw new Error('a group was expected')
  await queue.deadLetter(group, 'the engine refused it')
  await queue.close()
  const account = { projectId: 1, door: 'native', keyId: 'key-1', rows: 3 }
  const again = await open(files)
  expect(again.left).toMatchObject({ waiting: [], deadLettered: [account] })

  const [letter] = await again.deadLetters.list()
  files.remove = () => Promise.reject(new Error('killed here'))
  await expect(again.deadLetters.replay(letter?.id ?? '')).rejects.toThrow('killed here')
  const last = await open(files.survivors('kill', () => 0))
  expect(last.left).toEqual({ waiting: [account], deadLettered: [] })
  expect(last.depth().deadLetters).toBe(0)
  expect(await drain(last)).toEqual(['bad'])
})

test('a batch that becomes unreadable before it is set aside is counted', async () => {
  const files = createSimulatedFiles()
  const queue = await open(files)
  await publishAll(queue, ['a-text', 'b-text'])
  const group = await queue.take(NOW_OR_NEVER)
  if (group === undefined) throw new Error('a group was expected')
  damage(files, 'a-text')
  await queue.deadLetter(group, 'the engine refused it')
  expect(queue.depth()).toMatchObject({ rows: 0, deadLetters: 1, lostRows: 1 })
})

test('a batch is either stored or set aside, wherever a crash interrupts setting it aside', async () => {
  for (let step = 1, isDone = false; !isDone; step += 1) {
    const files = createSimulatedFiles()
    const queue = await open(files)
    await queue.publish(batch('a'))
    const group = await queue.take(NOW_OR_NEVER)
    if (group === undefined) throw new Error('a group was expected')
    files.crashAt(files.operations + step, () => 0.5)
    isDone = await queue.deadLetter(group, 'the engine refused it').then(
      () => true,
      () => false,
    )
    const again = await open(files.survivors('power', () => 0.5))
    const stored = await drain(again)
    expect([...stored, ...(await again.deadLetters.list()).map(() => 'a')], `step ${step}`).toEqual(['a'])
  }
})
