import { expect, it } from 'vitest'
import { checkReadiness } from './readiness.ts'

it('is ready only when every part answers, and names the one that does not with its reason', async () => {
  const fine = { name: 'engine', check: async () => undefined }
  const broken = { name: 'queue', check: async () => Promise.reject(new Error('disk full')) }
  expect((await checkReadiness([fine])).ready).toBe(true)
  const { ready, parts } = await checkReadiness([fine, broken])
  expect(ready).toBe(false)
  expect(parts).toMatchObject([
    { name: 'engine', ok: true },
    { name: 'queue', ok: false, message: 'disk full' },
  ])
})

it('does not wait for a part that hangs', async () => {
  const hangs = { name: 'meta store', check: () => new Promise<void>(() => undefined) }
  const { ready, parts } = await checkReadiness([hangs])
  expect(ready).toBe(false)
  expect(parts[0]?.message).toContain('no answer')
})
