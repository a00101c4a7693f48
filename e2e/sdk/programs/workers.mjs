// The main thread and two workers log; each has a client of its own, and each ends by itself.
import { fileURLToPath } from 'node:url'
import { isMainThread, threadId, Worker } from 'node:worker_threads'
import { info, init, stats } from '@heartwood/node'
import { printStats, printStatsAtExit } from './at-exit.mjs'

init({ service: isMainThread ? 'main' : 'worker' })
if (isMainThread) {
  printStatsAtExit(stats)
  for (let i = 0; i < 2; i++) new Worker(fileURLToPath(import.meta.url))
} else process.on('exit', () => printStats(stats))
for (let n = 0; n < 10; n++) info(`event ${n} of ${threadId}`)
