import { unixMs } from '@heartwood/protocol'
import { describe, expect, it } from 'vitest'
import { createLogQueue } from '../queue/log/log-queue.ts'
import { createSimulatedFiles } from '../queue/log/testing/simulated-files.ts'
import type { Group, Queue } from '../queue/queue.ts'
import { withoutDeletedProjects } from './deleted-projects.ts'

const NOW_OR_NEVER = { maxRows: 100, maxWaitMs: 0 }

const open = async (files = createSimulatedFiles()) => {
  const whole = await createLogQueue({ folder: '', files, capBytes: 1 << 24 })
  const deleted = new Set<number>()
  const leftOut: number[] = []
  const { queue, settled } = withoutDeletedProjects({
    queue: whole,
    exists: (id) => !deleted.has(id),
    onLeftOut: (deliveries) => leftOut.push(...deliveries.map(({ projectId }) => projectId)),
  })
  return { files, queue, settled, deleted, leftOut }
}
const publish = (queue: Queue, projectId: number): Promise<void> =>
  queue.publish({
    projectId,
    door: 'native',
    keyId: '',
    batchId: '',
    receivedAt: unixMs(Date.now()),
    rows: 1,
    rejectedRows: 0,
    payload: Uint8Array.of(projectId),
  })
const take = async (queue: Queue): Promise<Group> => {
  const group = await queue.take(NOW_OR_NEVER)
  if (group === undefined) throw new Error('a group was expected')
  return group
}
const projectsOf = ({ deliveries }: Group): number[] => deliveries.map(({ projectId }) => projectId)

describe('events of a project that was deleted while they waited', () => {
  it('are in no group, also after a restart, and are counted when the queue forgets them', async () => {
    const first = await open()
    for (const id of [1, 2, 1, 3]) await publish(first.queue, id)
    // In hand, and not acknowledged before the stop.
    await take(first.queue)
    await first.queue.close()

    const { queue, deleted, leftOut } = await open(first.files)
    deleted.add(1)
    const group = await take(queue)
    expect([projectsOf(group), group.rows]).toEqual([[2, 3], 2])
    expect(leftOut).toEqual([])
    await queue.acknowledge(group)
    expect(leftOut).toEqual([1, 1])
    expect(queue.depth()).toMatchObject({ rows: 0, lostRows: 0 })
  })

  it('stay out when a group is read anew, split or set aside', async () => {
    const { queue, deleted, leftOut } = await open()
    for (const id of [1, 2, 1, 3, 1, 4]) await publish(queue, id)
    const whole = await take(queue)
    deleted.add(1)
    const group = await queue.reread(whole)
    expect(projectsOf(group)).toEqual([2, 3, 4])
    const [left, right] = await queue.split(group, 1)
    expect([projectsOf(left), projectsOf(right)]).toEqual([[2], [3, 4]])
    await queue.deadLetter(left, 'the engine refused it')
    await queue.acknowledge(right)
    expect((await queue.deadLetters.list()).map(({ batch }) => batch.projectId)).toEqual([2])
    expect(leftOut).toEqual([1, 1, 1])
    expect(queue.depth()).toMatchObject({ rows: 0, lostRows: 0 })
  })

  it('are waited for when they were in hand already', async () => {
    const { queue, settled, deleted } = await open()
    await publish(queue, 1)
    const group = await take(queue)
    deleted.add(1)
    let isSettled = false
    const waited = settled().then(() => {
      isSettled = true
    })
    await publish(queue, 2)
    const later = await take(queue)
    expect(isSettled).toBe(false)
    await queue.acknowledge(group)
    await waited
    await queue.acknowledge(later)
    await settled()
  })
})
