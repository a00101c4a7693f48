import { unixMs } from '@heartwood/protocol'
import type { Batch, Queue } from '../../queue.ts'
import { createLogQueue, type LogQueueOptions } from '../log-queue.ts'
import type { SimulatedFiles } from './simulated-files.ts'

export const AT = 1_790_000_000_000
export const HOUR_MS = 3600 * 1000
export const NOW_OR_NEVER = { maxRows: 1_000, maxWaitMs: 0 }

/** A batch whose payload is its name. */
export const batch = (name: string, changes: Partial<Batch> = {}): Batch => ({
  projectId: 1,
  door: 'native',
  keyId: 'key-1',
  batchId: '',
  receivedAt: unixMs(AT),
  rows: 1,
  rejectedRows: 0,
  payload: new TextEncoder().encode(name),
  ...changes,
})

export const open = (files: SimulatedFiles, options: Partial<LogQueueOptions> = {}): Promise<Queue> =>
  createLogQueue({ folder: '', files, capBytes: 1 << 24, now: () => AT, ...options })

export const namesOf = (group: { deliveries: Batch[] } | undefined): string[] =>
  group?.deliveries.map(({ payload }) => Buffer.from(payload).toString()) ?? []

/** Stores everything that waits. */
export const drain = async (queue: Queue, maxRows = 1_000): Promise<string[]> => {
  const names: string[] = []
  while (queue.depth().rows > 0) {
    const group = await queue.take({ maxRows, maxWaitMs: 0 })
    if (group === undefined) break
    names.push(...namesOf(group))
    await queue.acknowledge(group)
  }
  return names
}

export const publishAll = async (queue: Queue, names: string[], changes: Partial<Batch> = {}): Promise<void> => {
  for (const name of names) await queue.publish(batch(name, changes))
}

/** Overwrites a text of the first segment. */
export const damage = (files: SimulatedFiles, text: string): void =>
  files.corrupt('000000000001.segment', (content) => {
    content.fill(0, content.indexOf(text), content.indexOf(text) + text.length)
    return content
  })
