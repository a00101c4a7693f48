import type { Delivery, Group, Queue } from '../queue/queue.ts'

export interface DeletedProjectsOptions {
  queue: Queue
  /** From memory; once false for a project, false for ever. */
  exists(projectId: number): boolean
  /** Called when the queue has forgotten them. */
  onLeftOut(deliveries: readonly Delivery[]): void
}

export interface WithoutDeletedProjects {
  /** The queue as the event writer sees it: what belongs to projects that are gone is in no group. */
  queue: Queue
  /** Resolves when every group is stored or set aside that is in hand now: whatever else is deleted then stays deleted. */
  settled(): Promise<void>
}

interface InHand {
  whole: Group
  leftOut: Delivery[]
  /** The take that it came from, also as a part. */
  take: number
}

const NO_BYTES = new Uint8Array(0)

/** Keeps events that still waited when their project was deleted from being stored after it. */
export function withoutDeletedProjects({ queue, exists, onLeftOut }: DeletedProjectsOptions): WithoutDeletedProjects {
  const inHand = new Map<string, InHand>()
  let takes = 0
  let waiting: { upTo: number; resolve: () => void }[] = []

  const hand = (whole: Group, take: number): Group => {
    const leftOut = whole.deliveries.filter(({ projectId }) => !exists(projectId))
    for (const delivery of leftOut) delivery.payload = NO_BYTES
    inHand.set(whole.token, { whole, leftOut, take })
    const deliveries = leftOut.length === 0 ? whole.deliveries : whole.deliveries.filter((delivery) => !leftOut.includes(delivery))
    return { ...whole, deliveries, rows: deliveries.reduce((sum, { rows }) => sum + rows, 0) }
  }
  const isInHand = (upTo: number): boolean => [...inHand.values()].some(({ take }) => take <= upTo)
  const drop = (token: string): void => {
    const { leftOut } = inHand.get(token) ?? { leftOut: [] }
    inHand.delete(token)
    if (leftOut.length > 0) onLeftOut(leftOut)
    for (const { upTo, resolve } of waiting) if (!isInHand(upTo)) resolve()
    waiting = waiting.filter(({ upTo }) => isInHand(upTo))
  }
  const takeOf = (group: Group): number => inHand.get(group.token)?.take ?? takes

  return {
    queue: {
      ...queue,
      async take(limits) {
        const group = await queue.take(limits)
        return group && hand(group, ++takes)
      },
      async acknowledge(group) {
        await queue.acknowledge(inHand.get(group.token)?.whole ?? group)
        drop(group.token)
      },
      async deadLetter(group, reason) {
        await queue.deadLetter(group, reason)
        drop(group.token)
      },
      async reread(group) {
        return hand(await queue.reread(group), takeOf(group))
      },
      async split(group, count = Math.ceil(group.deliveries.length / 2)) {
        const take = takeOf(group)
        const cut = group.deliveries[count]?.position
        const index = inHand.get(group.token)?.whole.deliveries.findIndex(({ position }) => position === cut) ?? -1
        const [left, right] = await queue.split(group, index > 0 ? index : count)
        inHand.delete(group.token)
        return [hand(left, take), hand(right, take)]
      },
    },
    settled: () => (isInHand(takes) ? new Promise((resolve) => waiting.push({ upTo: takes, resolve })) : Promise.resolve()),
  }
}
