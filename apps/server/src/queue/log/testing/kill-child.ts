/**
 * A process that is made to be killed: it publishes numbered batches from several loops, writes a line for each that was acknowledged, and
 * appends groups to a file as an engine would, each with its token. Started with tsx by kill.int.test.ts: folder, first number.
 */
import { appendFileSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { unixMs } from '@heartwood/protocol'
import type { Group } from '../../queue.ts'
import { createLogQueue } from '../log-queue.ts'

const [folder = '', first = '0'] = process.argv.slice(2)
const PUBLISHERS = 4
const engineFile = join(folder, 'engine.txt')

const queue = await createLogQueue({
  folder: join(folder, 'queue'),
  capBytes: 64 * 1024 * 1024,
  segmentBytes: 64 * 1024,
  hotBytes: 32 * 1024,
  onDamage: ({ message }) => appendFileSync(join(folder, 'damage.txt'), `${message}\n`),
})

let next = Number(first)

const publish = async (): Promise<void> => {
  for (;;) {
    const name = String(next++)
    const payload = Buffer.from(name.padEnd(20 + ((next * 7919) % 4000), '.'))
    await queue.publish({ projectId: 1, door: 'native', keyId: '', batchId: name, receivedAt: unixMs(Date.now()), rows: 1, rejectedRows: 0, payload })
    writeSync(1, `${name}\n`)
  }
}

const known = new Set(
  readFileSync(engineFile, 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[0]),
)
const engine = openSync(engineFile, 'a')

/** One write a group: as good as atomic against SIGKILL. */
const store = (group: Group): void => {
  const names = group.deliveries.map(({ payload }) => Buffer.from(payload).toString().replaceAll('.', ''))
  const verb = known.has(group.token) ? 'again' : 'stored'
  known.add(group.token)
  writeSync(engine, `${group.token} ${verb} ${names.join(',')}\n`)
  fsyncSync(engine)
}

const consume = async (): Promise<void> => {
  for (;;) {
    const group = await queue.take({ maxRows: 40, maxWaitMs: 2 })
    if (group === undefined) return
    store(group)
    await queue.acknowledge(group)
  }
}

writeSync(1, 'up\n')
await Promise.all([consume(), ...Array.from({ length: PUBLISHERS }, publish)])
