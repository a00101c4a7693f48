import { expect, it } from 'vitest'
import { createRoomToQueue } from './disk-room.ts'

const GIB = 1024 ** 3

it('has room to queue while every disk has it, and asks them ten times a second at most', () => {
  const free: Record<string, number> = { '/data': GIB, '/data/events': GIB }
  let now = 0
  let asked = 0
  const hasRoom = createRoomToQueue(Object.keys(free), {
    freeBytes(folder) {
      asked += 1
      return free[folder] ?? 0
    },
    now: () => now,
  })
  expect(hasRoom(1_000)).toBe(true)
  expect(hasRoom(GIB)).toBe(false)
  free['/data/events'] = 0
  now = 99
  expect(hasRoom(1_000)).toBe(true)
  expect(asked).toBe(2)
  now = 100
  expect(hasRoom(1_000)).toBe(false)
  Object.assign(free, { '/data': 0, '/data/events': GIB })
  now = 200
  expect(hasRoom(1_000)).toBe(false)
})
