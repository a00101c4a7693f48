import { parentPort } from 'node:worker_threads'
import { type BlockRequest, createBlockResponder } from './store/events/block/block-thread.ts'

/** Entry of the thread that merges event blocks into Native files (store/events/block/block-thread.ts). */
const respond = createBlockResponder()
parentPort?.on('message', (request: BlockRequest) => {
  const reply = respond(request)
  if (reply !== undefined) parentPort?.postMessage(reply)
})
