import { afterAll, beforeAll, describe } from 'vitest'
import { describeQuerying } from './querying.contract.ts'
import { describeStoring } from './storing.contract.ts'
import { createBlocks, createStoreSubject, type StoreHarness } from './testing/store-subject.ts'
import { describeUpkeep } from './upkeep.contract.ts'

/** The behaviour that every adapter owes to what stands on it. */
export const describeEventStore = (name: string, open: () => Promise<StoreHarness>): void => {
  describe(`event store: ${name}`, () => {
    let opened: { harness: StoreHarness; blocks: ReturnType<typeof createBlocks> }
    beforeAll(async () => {
      const harness = await open()
      opened = { harness, blocks: createBlocks(harness.folder) }
    })
    afterAll(() => opened?.harness.close())
    const subject = createStoreSubject(() => opened)

    describeStoring(subject)
    describeQuerying(subject)
    describeUpkeep(subject)
  })
}
