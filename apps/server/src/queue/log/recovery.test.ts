import { unixMs } from '@heartwood/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { DamageReport } from './damage.ts'
import { createLogQueue } from './log-queue.ts'
import { createSimulatedFiles, type SimulatedFiles } from './testing/simulated-files.ts'

interface Written {
  name: string
  segment: string
  from: number
  to: number
}

/** A log of several segments, each batch with the place of its frame. */
const writeLog = async (sizes: number[]): Promise<{ files: SimulatedFiles; written: Written[] }> => {
  const files = createSimulatedFiles()
  const queue = await createLogQueue({ folder: '', files, capBytes: 1 << 24, segmentBytes: 1_500 })
  for (const [index, size] of sizes.entries()) {
    const payload = Buffer.alloc(size, index)
    await queue.publish({ projectId: 1, door: 'native', keyId: '', batchId: `b${index}`, receivedAt: unixMs(0), rows: 1, rejectedRows: 0, payload })
  }
  const group = await queue.take({ maxRows: 1_000_000, maxWaitMs: 0 })
  const written = (group?.deliveries ?? []).map(({ batchId, position }) => {
    const [segment, from] = position.split(':').map(Number)
    const frameBytes = 8 + 36 + 'native'.length + batchId.length + (sizes[Number(batchId.slice(1))] ?? 0)
    return { name: batchId, segment: `${String(segment).padStart(12, '0')}.segment`, from: from ?? 0, to: (from ?? 0) + frameBytes }
  })
  await queue.close()
  return { files, written }
}

const readLog = async (files: SimulatedFiles): Promise<{ names: string[]; reports: DamageReport[] }> => {
  const reports: DamageReport[] = []
  const queue = await createLogQueue({ folder: '', files, capBytes: 1 << 24, onDamage: (report) => reports.push(report) })
  const names: string[] = []
  while (queue.depth().rows > 0) {
    const group = await queue.take({ maxRows: 1_000_000, maxWaitMs: 0 })
    if (group === undefined) break
    for (const { batchId, payload } of group.deliveries) {
      expect(new Set(payload).size).toBeLessThan(2)
      names.push(batchId)
    }
    await queue.acknowledge(group)
  }
  await queue.close()
  return { names, reports }
}

const sizesArbitrary = fc.array(fc.integer({ min: 0, max: 700 }), { minLength: 1, maxLength: 15 })

test('changed bytes cost the batches they stand in and no others, and are kept aside', async () => {
  const flips = fc.array(fc.record({ place: fc.double({ min: 0, max: 0.9999, noNaN: true }), xor: fc.integer({ min: 1, max: 255 }) }), {
    minLength: 1,
    maxLength: 4,
  })
  await fc.assert(
    fc.asyncProperty(sizesArbitrary, fc.nat(), flips, async (sizes, which, changes) => {
      const { files, written } = await writeLog(sizes)
      const segment = written[which % written.length]?.segment ?? ''
      const hit: number[] = []
      files.corrupt(segment, (content) => {
        for (const { place, xor } of changes) {
          const at = Math.floor(place * content.length)
          hit.push(at)
          content[at] = (content[at] ?? 0) ^ xor
        }
        return content
      })
      const { names, reports } = await readLog(files)
      const mayMiss = (entry: Written): boolean => entry.segment === segment && hit.some((at) => at >= entry.from && at < entry.to)
      const kept = written.filter((entry) => !mayMiss(entry)).map(({ name }) => name)
      expect(names.filter((name) => kept.includes(name))).toEqual(kept)
      expect(names).toEqual(written.map(({ name }) => name).filter((name) => names.includes(name)))
      for (const { setAside, damagedBytes } of reports) {
        const copy = (await files.list('damaged')).find(({ name }) => `damaged/${name}` === setAside)
        expect(copy?.sizeBytes).toBe(damagedBytes)
      }
    }),
    { numRuns: 150 },
  )
})

test('a cut-off end costs what was behind the cut, and is no damage when it is the beginning of a batch', async () => {
  await fc.assert(
    fc.asyncProperty(sizesArbitrary, fc.double({ min: 0, max: 0.9999, noNaN: true }), async (sizes, place) => {
      const { files, written } = await writeLog(sizes)
      const last = written.at(-1)?.segment ?? ''
      let end = 0
      files.corrupt(last, (content) => {
        end = Math.floor(place * content.length)
        return content.subarray(0, end)
      })
      const { names, reports } = await readLog(files)
      expect(names).toEqual(written.filter(({ segment, to }) => segment !== last || to <= end).map(({ name }) => name))
      expect(reports).toEqual([])
    }),
    { numRuns: 100 },
  )
})

test('bytes of a payload are never taken for a batch, even when they are a copy of one', async () => {
  const { files, written } = await writeLog([300, 300])
  const [first, second] = written
  if (first === undefined || second === undefined) throw new Error('two batches were expected')
  files.corrupt(first.segment, (content) => {
    content.copy(content, second.from + 60, first.from, first.from + 100)
    content[second.from + 5] = (content[second.from + 5] ?? 0) ^ 1
    return content
  })
  expect((await readLog(files)).names).toEqual(['b0'])
})

test('a damage is told once, in a sentence that names the place of the copy, and counted as long as that lies there', async () => {
  const { files, written } = await writeLog([300, 300, 300])
  const middle = written[1]
  if (middle === undefined) throw new Error('three batches were expected')
  files.corrupt(middle.segment, (content) => {
    content[middle.from + 100] = (content[middle.from + 100] ?? 0) ^ 1
    return content
  })
  const messages: string[] = []
  const open = async () => createLogQueue({ folder: '', files, capBytes: 1 << 24, onDamage: ({ message }) => messages.push(message) })
  for (let start = 1; start <= 2; start += 1) {
    const queue = await open()
    expect(queue.damaged()).toEqual({ pieces: 1, bytes: middle.to - middle.from })
    await queue.close()
  }
  expect(messages).toEqual([
    `The queue's segment ${middle.segment} is damaged (bytes ${middle.from} to ${middle.to}); everything else in it was kept. A copy is in damaged/${middle.segment}-${middle.from}.bin.`,
  ])
})

test('without the journal all that the log holds comes again as what may be stored already, also when the next run is killed', async () => {
  const { files, written } = await writeLog([10, 10, 10, 10])
  files.corrupt('journal', () => Buffer.from('rubbish\n'))
  const reports: DamageReport[] = []
  const open = (from: SimulatedFiles) =>
    createLogQueue({ folder: '', files: from, capBytes: 1 << 24, groupBytes: 150, onDamage: (report) => reports.push(report) })
  await open(files)
  const killed = files.survivors('kill', () => 0)
  const queue = await open(killed)
  await queue.publish({
    projectId: 1,
    door: 'native',
    keyId: '',
    batchId: 'new',
    receivedAt: unixMs(0),
    rows: 1,
    rejectedRows: 0,
    payload: new Uint8Array(),
  })
  const groups: [string[], boolean][] = []
  while (groups.flatMap(([names]) => names).length < written.length + 1) {
    const group = await queue.take({ maxRows: 1_000, maxWaitMs: 0 })
    if (group === undefined) break
    groups.push([group.deliveries.map(({ batchId }) => batchId), group.mayBeStored])
  }
  expect(groups).toEqual([
    [['b0', 'b1'], true],
    [['b2', 'b3'], true],
    [['new'], false],
  ])
  expect(reports).toMatchObject([{ code: 'queue-damaged', file: 'journal' }])
})

test('what a damaged line of the journal told of comes again as what may be stored already', async () => {
  const { files } = await writeLog([10, 10])
  files.corrupt('journal', (content) => {
    content[content.length - 3] = 0
    return content
  })
  const queue = await createLogQueue({ folder: '', files, capBytes: 1 << 24, onDamage: () => undefined })
  const group = await queue.take({ maxRows: 1_000, maxWaitMs: 0 })
  expect([group?.deliveries.map(({ batchId }) => batchId), group?.mayBeStored]).toEqual([['b0', 'b1'], true])
})
