import { expect, it } from 'vitest'
import { createDecodeRunner } from './decode-job.ts'
import { sampleJob } from './testing/sample-job.ts'

it('takes so many events of one request and refuses the rest, each counted', () => {
  const taken: unknown[] = []
  const run = createDecodeRunner(
    {
      decodeEntries: (_, sink) => {
        for (let index = 0; index < 5; index++) sink.entry({ message: `m${index}` })
      },
      stampReader: () => () => undefined,
      client: {
        locate: () => ({ country: '', region: '', city: '' }),
        hash: () => '',
        agent: () => ({ browser: '', os: '', device: '', bot: false }),
      },
      encoder: { append: ({ message }) => taken.push(message), lastId: () => '', finish: () => new Uint8Array(1) },
      toJson: () => {
        throw new Error('nobody follows')
      },
      compileTail: () => () => false,
      onDefect: (error) => {
        throw error
      },
    },
    3,
  )
  const outcome = run(sampleJob())
  expect(taken).toEqual(['m0', 'm1', 'm2'])
  expect(outcome).toMatchObject({ rows: 3, rejectedByReason: { 'too-large': 2 }, rejections: [{ index: 3 }, { index: 4 }] })
})
