import { expect, test } from 'vitest'
import { delayFor } from './admission.ts'

const NOW = 1_000_000
const options = { capBytes: 1_000, paceRows: 100, paceMs: 50, now: () => NOW }
const calm = { bytes: 0, rows: 0, lastStoredAt: NOW }

test('nobody waits while little is queued', () => {
  expect(delayFor({ ...calm, bytes: 800, rows: 100 }, options)).toBe(0)
})

test('publishers are slowed to the pace of the store, and never by more than the limit', () => {
  expect(delayFor({ ...calm, rows: 150 }, options)).toBe(25)
  expect(delayFor({ ...calm, rows: 10_000 }, options)).toBe(50)
})

test('while the store stands still there is no pace to keep', () => {
  expect(delayFor({ ...calm, rows: 10_000, lastStoredAt: NOW - 60_000 }, options)).toBe(0)
})

test('near the limit answers come ever later', () => {
  const delays = [850, 900, 950, 1_000].map((bytes) => delayFor({ ...calm, bytes }, options))
  expect(delays).toEqual([...delays].sort((a, b) => a - b))
  expect(delays[0]).toBeGreaterThan(0)
  expect(delays[3]).toBe(1_000)
})
