import type { Batch, Queue, RememberedBatch } from '../../queue/queue.ts'

/** The taking half of a queue that keeps batches in memory. For tests only. */
export interface MemoryQueue extends Pick<Queue, 'publish' | 'recall'> {
  batches: Batch[]
  /** What the next `publish` throws. */
  failure: Error | undefined
}

export function createMemoryQueue(): MemoryQueue {
  const remembered = new Map<string, RememberedBatch>()
  const queue: MemoryQueue = {
    batches: [],
    failure: undefined,
    async publish(batch) {
      await new Promise((resolve) => setImmediate(resolve))
      if (queue.failure) throw queue.failure
      queue.batches.push(batch)
      if (batch.batchId !== '') remembered.set(`${batch.projectId}/${batch.batchId}`, { rows: batch.rows, rejectedRows: batch.rejectedRows })
    },
    recall: (projectId, batchId) => remembered.get(`${projectId}/${batchId}`),
  }
  return queue
}
