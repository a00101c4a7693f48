import { expect, it } from 'vitest'
import { createReadiness } from './readiness.ts'

it('is ready only when every part answers, and names the one that does not with its reason', async () => {
  const fine = { name: 'engine', check: async () => undefined }
  const broken = { name: 'queue', check: async () => Promise.reject(new Error('disk full')) }
  expect((await createReadiness([fine])()).ready).toBe(true)
  const { ready, parts } = await createReadiness([fine, broken])()
  expect(ready).toBe(false)
  expect(parts).toMatchObject([
    { name: 'engine', ok: true },
    { name: 'queue', ok: false, message: 'disk full' },
  ])
})

it('does not wait for a part that hangs', async () => {
  const hangs = { name: 'meta store', check: () => new Promise<void>(() => undefined) }
  const { ready, parts } = await createReadiness([hangs])()
  expect(ready).toBe(false)
  expect(parts[0]?.message).toContain('no answer')
})

it('asks the parts once for a burst of callers, and again when the answer is old', async () => {
  let asked = 0
  const counted = {
    name: 'queue',
    check: async () => {
      asked++
    },
  }
  const ready = createReadiness([counted])
  const answers = await Promise.all(Array.from({ length: 50 }, () => ready()))
  expect(answers.every((answer) => answer.ready)).toBe(true)
  await ready()
  expect(asked).toBe(1)
  const impatient = createReadiness([counted], { keptMs: 0 })
  await impatient()
  await impatient()
  expect(asked).toBe(3)
})
