import { expect } from 'vitest'
import { droppedOf, type FakeServer, type ProgramResult, type ProgramStats } from './harness.ts'

/** The counts of a program that could print them. @throws with what it printed instead */
export function statsOf({ stats, stdout, stderr }: ProgramResult): ProgramStats {
  if (!stats) throw new Error(`The program printed no counts.\n${stdout}${stderr}`)
  return stats
}

/** Every event is sent, spooled, or dropped for a reason; nothing is left in memory; and the server holds what counts as sent, once each. */
export function expectAccounts(server: FakeServer, result: ProgramResult, expected: Partial<ProgramStats>): void {
  const stats = statsOf(result)
  const { captured, sent, spooled, buffered, replayed } = stats
  expect({ ...stats, said: result.stderr }).toMatchObject(expected)
  // An empty object would match anything.
  if (expected.dropped) expect(stats.dropped).toEqual(expected.dropped)
  expect(sent + spooled + buffered + droppedOf(stats)).toBe(captured)
  expect(buffered).toBe(0)
  expect(server.repeated()).toEqual([])
  expect(server.events()).toHaveLength(sent + replayed)
}

/** How many events a program had captured when a signal ended it: it says so in its last line `CAPTURED n`. */
export const capturedBy = ({ stdout }: { stdout: string }): number => Number(/CAPTURED (\d+)\n*$/.exec(stdout.trimEnd())?.[1] ?? 0)

/** Of messages `event 0`, `event 1` …: their numbers in the order in which they were stored. */
export const numbersOf = (server: FakeServer): number[] => server.events().map(({ message }) => Number(/\d+$/.exec(message)?.[0]))

/** 0, 1, … up to and without `count`. */
export const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n)

export const inOrder = (numbers: number[]): number[] => numbers.toSorted((a, b) => a - b)
