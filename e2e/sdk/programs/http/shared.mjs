// What the programs of all frameworks have in common: the same routes under the same options, so that one suite asks all of them.
import { nextTick } from 'node:process'
import { setTimeout as pause } from 'node:timers/promises'
import { info, init, setUser, stats } from '@heartwood/node'
import { printStatsAtExit, say } from '../at-exit.mjs'

export const ignore = ['/health', /^\/static\//]

export function begin() {
  // Each error is looked for: none is to wait for others that are equal.
  init({ service: 'http', flushInterval: 50, dedupeWindow: 0 })
  printStatsAtExit(stats)
}

export const ready = (port) => say(`LISTENING ${port}`)

/** Logs after an await, a timer, a callback and a promise made earlier; each says whose request it believes to serve. */
export async function steps(id) {
  setUser({ id })
  const earlier = pause(3)
  info('step', { mine: id, after: 'nothing' })
  await null
  info('step', { mine: id, after: 'await' })
  await pause(Math.random() * 5)
  info('step', { mine: id, after: 'timer' })
  await new Promise((done) => setImmediate(() => nextTick(() => queueMicrotask(done))))
  info('step', { mine: id, after: 'callbacks' })
  await Promise.all([earlier, pause(1)])
  info('step', { mine: id, after: 'promises' })
  return { id }
}

export const boom = () => {
  throw new TypeError('boom')
}

export const teapot = () => {
  throw Object.assign(new Error('short and stout'), { status: 418, statusCode: 418 })
}

/** What a body parser or a listener of one's own gives; logs where it has arrived. */
export const arrived = (body) => info('body', { length: JSON.stringify(body).length })

export async function* chunks() {
  for (let n = 0; n < 3; n += 1) {
    await pause(5)
    info('chunk', { n })
    yield `chunk ${n}\n`
  }
}
