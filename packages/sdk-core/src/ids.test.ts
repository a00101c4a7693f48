import { randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { createIds } from './ids.ts'

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const NOW = Date.UTC(2026, 10, 21)

it('makes UUIDs of version 7 that hold their time and rise within a millisecond', () => {
  const ids = createIds(randomBytes)
  const made = Array.from({ length: 4_096 }, () => ids.event(NOW))
  for (const id of made) expect(id).toMatch(UUID_V7)
  expect(Number.parseInt((made[0] as string).replace('-', '').slice(0, 12), 16)).toBe(NOW)
  expect(made).toEqual([...made].sort())
  expect(ids.event(NOW + 1) > (made.at(-1) as string)).toBe(true)
})

it('gives no id twice: over the end of its counter, when the clock goes back and forth, and for times that are none', () => {
  const ids = createIds(randomBytes)
  const made = new Set<string>()
  let count = 0
  const take = (atMs: number, times: number) => {
    for (let index = 0; index < times; index++) made.add(ids.event(atMs))
    count += times
  }
  take(NOW, 20_000)
  for (const at of [NOW - 1, NOW, NOW - 1, NOW, NOW + 5, NOW, Number.NaN, Number.NaN, -1, 0.5, 1e20, Infinity]) take(at, 5_000)
  expect(made.size).toBe(count)
  for (const id of made) if (!UUID_V7.test(id)) expect(id).toMatch(UUID_V7)
})

it('gives other ids in each process and worker', () => {
  const [first, second] = [createIds(randomBytes), createIds(randomBytes)]
  expect(first.event(NOW).slice(19)).not.toBe(second.event(NOW).slice(19))
})

it('makes traces, spans and batches of hexadecimal digits that are never all zero', () => {
  let calls = 0
  const ids = createIds((length) => (calls++ === 0 ? new Uint8Array(length) : randomBytes(length)))
  expect(ids.trace()).toMatch(/^(?!0+$)[0-9a-f]{32}$/)
  expect(ids.span()).toMatch(/^(?!0+$)[0-9a-f]{16}$/)
  expect(ids.batch()).toMatch(/^[0-9a-f]{32}$/)
})

/** As the server takes the name from the id: apps/server/src/features/flows/model.ts. */
const nameOnServer = (flowId: string): string => flowId.replace(/-(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[^-]*)$/i, '') || flowId

it.each([
  ['checkout', 'checkout'],
  ['user-sign-up', 'user-sign-up'],
  ['Order 7/8: pay', 'Order-7-8-pay'],
  ['a-', 'a'],
  ['', 'flow'],
  ['注文', 'flow'],
  ['x'.repeat(90), 'x'.repeat(41)],
])('names a flow so that the server reads %j as %j', (name, read) => {
  const id = createIds(randomBytes).flow(name)
  expect(id).toMatch(/^[A-Za-z0-9-]{1,41}-[a-z0-9]{8}$/)
  expect(nameOnServer(id)).toBe(read)
})
