import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { createWriter, formatWriter, isGone, tryParseWriter } from './writer.ts'

const self = createWriter()
const ended = spawnSync(process.execPath, ['-e', '']).pid

it('a writer is the same after its name was read back', () => {
  expect(tryParseWriter(formatWriter(self))).toEqual(self)
  expect(tryParseWriter('p1')).toBeUndefined()
})

it.each([
  ['itself', self, false],
  ['another client of the process', { ...self, random: '000000000000' }, false],
  ['a process that ended', { ...self, pid: ended, start: '1' }, true],
  ['a process of another machine or container, whatever its pid', { ...self, machine: '00000000', pid: ended }, false],
])('is known to be gone or not: %s', (_, writer, expected) => {
  expect(isGone(writer, self)).toBe(expected)
})

it.runIf(process.platform === 'linux')('a process that ended is told apart from one that has its pid now', () => {
  expect(isGone({ ...self, start: '1' }, self)).toBe(true)
  expect(isGone({ ...self, pid: process.ppid, start: '1' }, self)).toBe(true)
})
