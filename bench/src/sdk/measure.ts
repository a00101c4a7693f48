// One logger, one case, one fresh process: prints what a call costs as a line of JSON; null when the logger has no such call.
import { createRequire } from 'node:module'
import { parseArgs } from 'node:util'
import type { Case } from './peer.ts'
import { PEERS } from './peers.ts'

/** Calls in one turn, after which everything leaves. */
const ROUND = 1_000
const WARM_UP_ROUNDS = 60
/** Enough for the slowest: what takes so long is compiled by then. */
const WARM_UP_MS = 1_000

const { values } = parseArgs({
  options: {
    peer: { type: 'string', default: '' },
    case: { type: 'string', default: '' },
    sink: { type: 'string', default: '' },
    /** Folder with the real libraries. */
    libraries: { type: 'string', default: '' },
    rounds: { type: 'string', default: '200' },
    /** No more rounds after this time. */
    milliseconds: { type: 'string', default: '1500' },
    compressed: { type: 'string' },
  },
})
const peer = PEERS[values.peer]
if (peer === undefined) throw new Error(`No such peer: ${values.peer}`)
const { createSubject } = await peer.load()
const subject = await createSubject({
  sink: values.sink,
  compressed: values.compressed === undefined ? undefined : values.compressed === 'yes',
  load: createRequire(values.libraries),
})
const name = values.case as Case
const call = subject.calls[name]
const inScope = name === 'child' && subject.inScope !== undefined ? subject.inScope : (run: () => void) => run()

/** Made before the clock runs, with stacks that nobody has read yet. */
const makeErrors = (): Error[] => (name === 'error' ? Array.from({ length: ROUND }, (_, index) => new RangeError(`card ${index} declined`)) : [])
const NONE = new Error('none')

async function measureRounds(most: number, milliseconds: number): Promise<{ calls: number; callNs: number; cpuNs: number }> {
  if (call === undefined) return { calls: 0, callNs: 0, cpuNs: 0 }
  const until = performance.now() + milliseconds
  let calledNs = 0
  let cpuMicros = 0
  let rounds = 0
  while (rounds < most && performance.now() < until) {
    const errors = makeErrors()
    const before = process.cpuUsage()
    const from = process.hrtime.bigint()
    inScope(() => {
      for (let index = 0; index < ROUND; index++) call(index, errors[index] ?? NONE)
    })
    const to = process.hrtime.bigint()
    await subject.settle()
    const used = process.cpuUsage(before)
    calledNs += Number(to - from)
    cpuMicros += used.user + used.system
    rounds++
  }
  const calls = rounds * ROUND
  return { calls, callNs: calledNs / calls, cpuNs: (cpuMicros * 1_000) / calls }
}

const warmUp = await measureRounds(WARM_UP_ROUNDS, WARM_UP_MS)
const measured = await measureRounds(Number(values.rounds), Number(values.milliseconds))
await subject.close()
console.log(JSON.stringify(call === undefined ? null : { ...measured, allCalls: warmUp.calls + measured.calls }))
