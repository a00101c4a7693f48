import { expect, test } from 'vitest'
import { createPace } from './event-writer-pace.ts'

test('a group gathers for the shortest time while nothing is being inserted', () => {
  expect(createPace(200, () => 0).waitMs()).toBe(200)
})

test('after a large group the next gathers longer, because large groups cost the engine less', () => {
  const pace = createPace(200, () => 0)
  pace.insertBegins(6_000)()
  expect(pace.waitMs()).toBe(300)
  pace.insertBegins(80_000)()
  expect(pace.waitMs()).toBe(400)
  pace.insertBegins(100)()
  expect(pace.waitMs()).toBe(200)
})

test('while a long insert runs the next group gathers until it is about to end, within limits', () => {
  let now = 0
  const pace = createPace(200, () => now)
  const end = pace.insertBegins(10_000)
  now = 500
  end()
  expect(pace.waitMs()).toBe(400)
  pace.insertBegins(10_000)
  expect(pace.waitMs()).toBe(500)
  now = 900
  expect(pace.waitMs()).toBe(400)
  pace.insertBegins(1_000_000)
  expect(pace.waitMs()).toBe(800)
})
