import type { FastifyRequest } from 'fastify'
import { expect, it } from 'vitest'
import { refusal, revokedKey } from '../../auth/access.ts'
import { timberlogsError } from './errors.ts'

it('tells a key that was revoked from one that never was', () => {
  const request = {} as FastifyRequest
  expect(timberlogsError(revokedKey(), request)).toEqual({ status: 401, body: { error: 'API key has been revoked' } })
  expect(timberlogsError(refusal('key-invalid'), request)).toEqual({ status: 401, body: { error: 'Invalid API key' } })
})
