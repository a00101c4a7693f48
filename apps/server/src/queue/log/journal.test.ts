import { expect, test } from 'vitest'
import { createJournal, JOURNAL_NAME, loadJournal, parseJournal } from './journal.ts'
import { silentLog } from './log-types.ts'
import { createReserve } from './reserve.ts'
import { createSimulatedFiles } from './testing/simulated-files.ts'

const at = (offset: number) => ({ segment: 1, offset })
const logId = Buffer.from('0123456789abcdef', 'hex')

const write = async () => {
  const files = createSimulatedFiles()
  const journal = await createJournal(files, { logId, done: at(64), boundaries: [] }, await createReserve(files, 100, silentLog))
  await journal.recordGroups([at(64), at(100)])
  await journal.recordGroups([at(100), at(200)])
  await journal.recordGroups([at(200), at(300)])
  await journal.recordDone(at(100))
  await journal.close()
  return files
}

const textOf = async (): Promise<string> => {
  const file = await (await write()).open(JOURNAL_NAME)
  return (await file?.read(0, 10_000))?.toString() ?? ''
}

test('what was recorded is read again', async () => {
  const files = await write()
  expect(await loadJournal(files)).toEqual({ state: { logId, done: at(100), boundaries: [at(200), at(300)] }, damagedLines: 0 })
})

test('a last line that was cut off is no damage', async () => {
  const text = await textOf()
  expect(parseJournal(text.slice(0, -5))).toEqual({ state: { logId, done: at(64), boundaries: [at(100), at(200), at(300)] }, damagedLines: 0 })
})

test('a damaged line costs no boundary that its neighbours name too', async () => {
  const lines = (await textOf()).split('\n')
  lines[2] = `${lines[2]?.slice(0, -3)}000`
  expect(parseJournal(lines.join('\n'))).toEqual({ state: { logId, done: at(100), boundaries: [at(200), at(300)] }, damagedLines: 1 })
})

test('it is written anew when an append fails, and nothing is lost', async () => {
  const files = createSimulatedFiles()
  const journal = await createJournal(files, { logId, done: at(64), boundaries: [] }, await createReserve(files, 100, silentLog))
  await journal.recordGroups([at(64), at(100)])
  files.fail('sync', 'EIO', 1)
  await journal.recordGroups([at(100), at(200)])
  await journal.recordDone(at(100))
  expect(await loadJournal(files)).toEqual({ state: { logId, done: at(100), boundaries: [at(200)] }, damagedLines: 0 })
})

test('on a full disk it goes on with the room that was kept back', async () => {
  const files = createSimulatedFiles()
  const reserve = await createReserve(files, 100, silentLog)
  await reserve.refill()
  const journal = await createJournal(files, { logId, done: at(64), boundaries: [] }, reserve)
  files.fail('write', 'ENOSPC', 2)
  await journal.recordGroups([at(64), at(100)])
  expect((await loadJournal(files))?.state?.boundaries).toEqual([at(100)])
  expect((await files.list('')).map(({ name }) => name)).not.toContain('reserve')
})
