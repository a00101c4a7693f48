import { readFileSync } from 'node:fs'
import { api, type RouteSpec } from '@heartwood/protocol'
import { expect, it } from 'vitest'
import { ERRORS, HeartwoodError } from './errors.ts'

const page = readFileSync(new URL('../../../docs/reference/errors.md', import.meta.url), 'utf8')

it('documents each error with its status, and none that does not exist', () => {
  const documented = Object.fromEntries(
    [...page.matchAll(/^\| `([a-z-]+)` \| (\d{3}) \| (.+) \|$/gm)].map(([, code, status, fix]) => [code, { status: Number(status), fix }]),
  )
  expect(documented).toEqual(ERRORS)
})

it('knows every code that the contract names', () => {
  const named = Object.values(api).flatMap((spec: RouteSpec) => spec.errors ?? [])
  expect(named.filter((code) => !(code in ERRORS))).toEqual([])
})

it('is told apart by its class and code', () => {
  const error = new HeartwoodError('queue-full', 'The queue is full.', { retryAfterSeconds: 2 })
  expect(error).toBeInstanceOf(Error)
  expect(error).toMatchObject({ name: 'HeartwoodError', code: 'queue-full', status: 503, retryAfterSeconds: 2 })
})
