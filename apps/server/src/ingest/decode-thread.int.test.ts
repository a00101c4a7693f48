import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { sourceThread } from '../self/testing/source-thread.ts'
import { createDecodeThread, type DecodeThreadOptions } from './decode-thread.ts'
import type { Decoder } from './decoder.ts'
import { sampleJob } from './testing/sample-job.ts'

/** A thread that does what the body says: `die`, `hang`, `throw`, `wait`, or answer with the length of the body as its rows. */
const OBEDIENT = `
import { parentPort } from 'node:worker_threads'
parentPort.on('message', ({ id, job }) => {
  const order = Buffer.from(job.body).toString('latin1', 0, 5)
  if (order.startsWith('die')) process.exit(3)
  if (order.startsWith('hang')) for (;;) {}
  if (order.startsWith('throw')) return parentPort.postMessage([{ id, error: 'as told' }])
  const outcome = { payload: undefined, rows: job.body.byteLength, rejections: [], rejectedByReason: {}, lastTimestamp: undefined, batchId: '', tailed: [], steps: [] }
  setTimeout(() => parentPort.postMessage([{ id, outcome }]), order.startsWith('wait') ? 100 : 0)
})`
const workerUrl = new URL(`data:text/javascript,${encodeURIComponent(OBEDIENT)}`)

let thread: Decoder
afterEach(() => thread.close())
const start = (options: Partial<DecodeThreadOptions> = {}): Decoder => {
  thread = createDecodeThread({ workerUrl, workerData: {}, ...options })
  return thread
}

describe('decode thread', () => {
  it('takes bodies over without a copy', async () => {
    const mine = { ...sampleJob(''), body: new Uint8Array(new ArrayBuffer(7)) }
    expect((await start().decode(mine)).rows).toBe(7)
    expect(mine.body.byteLength).toBe(0)
  })

  it('fails the jobs of a thread that dies so that they are sent again, and starts another', async () => {
    const reasons: string[] = []
    const decoder = start({ onRestart: (reason) => reasons.push(reason) })
    const results = await Promise.allSettled([decoder.decode(sampleJob('die')), decoder.decode(sampleJob('ab'))])
    expect(results.map((result) => result.status === 'rejected' && [result.reason.code, result.reason.retryAfterSeconds])).toEqual([
      ['queue-full', 1],
      ['queue-full', 1],
    ])
    expect((await decoder.decode(sampleJob('abc'))).rows).toBe(3)
    expect(reasons).toHaveLength(1)
  })

  it('ends a thread that hangs', async () => {
    const decoder = start({ jobTimeoutMs: 300 })
    await expect(decoder.decode(sampleJob('hang'))).rejects.toMatchObject({ code: 'queue-full' })
    expect((await decoder.decode(sampleJob('abc'))).rows).toBe(3)
  })

  it('lets jobs wait in order up to a number of bytes, then refuses', async () => {
    const decoder = start({ inFlightBytes: 5, waitingBytes: 12 })
    const order: number[] = []
    const jobs = ['wait1', 'wait22', 'wait33'].map((text, index) => decoder.decode(sampleJob(text)).then(() => order.push(index)))
    await expect(decoder.decode(sampleJob('wait44'))).rejects.toMatchObject({ code: 'queue-full' })
    await Promise.all(jobs)
    expect(order).toEqual([0, 1, 2])
  })

  it('passes on that a job failed', async () => {
    await expect(start().decode(sampleJob('throw'))).rejects.toMatchObject({ code: 'internal' })
  })

  it('ends what is under way before it closes, and takes no more', async () => {
    const decoder = start({ inFlightBytes: 5 })
    const jobs = ['wait1', 'wait2'].map((text) => decoder.decode(sampleJob(text)))
    const closed = decoder.close()
    await expect(decoder.decode(sampleJob('x'))).rejects.toMatchObject({ code: 'shutting-down' })
    await closed
    expect((await Promise.all(jobs)).map(({ rows }) => rows)).toEqual([5, 5])
  })

  it('does not wait for a job that hangs when it closes, and says so to who waits', async () => {
    const decoder = start({ closeTimeoutMs: 50 })
    const hung = decoder.decode(sampleJob('hang'))
    const failed = expect(hung).rejects.toMatchObject({ code: 'shutting-down' })
    await decoder.close()
    await failed
  })

  it('answers a small job before the large one behind it is done', async () => {
    const source = sourceThread(new URL('../decode-worker.ts', import.meta.url))
    const decoder = start({ ...source, workerData: { geoFile: undefined, salt: new Uint8Array(16) } })
    await decoder.decode(sampleJob('{"message":"the thread is up"}'))
    let isLargeDone = false
    const small = decoder.decode(sampleJob('{"message":"small"}'))
    const large = decoder.decode(sampleJob('{"message":"large"}\n'.repeat(100_000))).finally(() => {
      isLargeDone = true
    })
    expect((await small).rows).toBe(1)
    await nextTurn()
    expect(isLargeDone).toBe(false)
    expect((await large).rows).toBe(100_000)
  })
})
