// One logger, one case, one fresh process: prints what a call costs as a line of JSON.
import { parseArgs } from 'node:util'
import type { Case } from './peer.ts'
import { PEERS } from './peers.ts'

/** Calls in one turn, after which everything leaves. */
const ROUND = 1_000
const WARM_UP = 60

const { values } = parseArgs({
  options: {
    peer: { type: 'string', default: '' },
    case: { type: 'string', default: '' },
    sink: { type: 'string', default: '' },
    rounds: { type: 'string', default: '200' },
  },
})
const peer = PEERS[values.peer]
if (peer === undefined) throw new Error(`No such peer: ${values.peer}`)
const subject = await (await peer()).createSubject(values.sink)
const name = values.case as Case
const call = subject.calls[name]
const inScope = name === 'child' && subject.inScope !== undefined ? subject.inScope : (run: () => void) => run()

/** Made before the clock runs, with stacks that nobody has read yet. */
const makeErrors = (): Error[] => (name === 'error' ? Array.from({ length: ROUND }, (_, index) => new RangeError(`card ${index} declined`)) : [])
const NONE = new Error('none')

let calledNs = 0
let cpuMicros = 0
for (let round = -WARM_UP; round < Number(values.rounds); round++) {
  const errors = makeErrors()
  const before = process.cpuUsage()
  const from = process.hrtime.bigint()
  inScope(() => {
    for (let index = 0; index < ROUND; index++) call(index, errors[index] ?? NONE)
  })
  const to = process.hrtime.bigint()
  await subject.settle()
  const used = process.cpuUsage(before)
  if (round < 0) continue
  calledNs += Number(to - from)
  cpuMicros += used.user + used.system
}
await subject.close()
const calls = Number(values.rounds) * ROUND
console.log(JSON.stringify({ callNs: calledNs / calls, cpuNs: (cpuMicros * 1_000) / calls }))
