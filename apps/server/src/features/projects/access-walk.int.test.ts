import { api, type Scope } from '@heartwood/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ACCESS_CODES, accessWalk, type WalkCase } from '../../auth/testing/access-walk.ts'
import { createProjectsServer, type ProjectsServer } from './testing/projects-server.ts'

describe('every route of the contract', () => {
  let server: ProjectsServer
  let walk: ReturnType<typeof accessWalk>

  beforeAll(async () => {
    server = await createProjectsServer()
    const { asLocal } = server
    const [own, other] = ['Own', 'Other'].map((name) => asLocal('POST', '/api/projects', { name }))
    const ownSlug = (await own)?.body.slug
    const otherSlug = (await other)?.body.slug
    const make = async (project: string, scope: Scope) =>
      (await asLocal('POST', '/api/keys', { project, scope, origins: ['https://shop.example'] })).body as { id: string; key: string }
    const revoked = await make(ownSlug, 'admin')
    await asLocal('DELETE', `/api/keys/${revoked.id}`)
    const scopes: Scope[] = ['ingest', 'read', 'admin', 'browser']
    const keys = await Promise.all(scopes.map(async (scope) => [scope, (await make(ownSlug, scope)).key]))
    walk = accessWalk({
      own: ownSlug,
      other: otherSlug,
      keys: Object.fromEntries(keys) as Record<Scope, string>,
      origin: 'https://shop.example',
      revokedKey: revoked.key,
      localToken: server.localToken,
      foreignIds: { revokeKey: (await make(otherSlug, 'ingest')).id },
    })
  })
  afterAll(() => server.close())

  const answer = async ({ request }: WalkCase) => {
    const response = await server.app.inject(request)
    return { status: response.statusCode, code: response.json().error?.code as string | undefined }
  }

  it('refuses whoever has no key, a wrong one, a revoked one, one of the wrong scope or of another project', async () => {
    const wrong: string[] = []
    for (const step of walk.refused) {
      const { status, code } = await answer(step)
      if (step.expected !== 'admitted' && (status !== step.expected.status || code !== step.expected.code)) {
        wrong.push(`${step.title}: ${status} ${code} instead of ${step.expected.status} ${step.expected.code}`)
      }
    }
    expect(wrong).toEqual([])
  })

  it('admits the scopes that may use it', async () => {
    const wrong: string[] = []
    for (const step of walk.admitted) {
      const { code } = await answer(step)
      if (code !== undefined && ACCESS_CODES.has(code)) wrong.push(`${step.title}: ${code}`)
    }
    expect(wrong).toEqual([])
  })

  it('is walked', () => {
    const walked = new Set([...walk.refused, ...walk.admitted].map(({ title }) => /\((\w+)\)/.exec(title)?.[1]))
    expect([...walked].sort()).toEqual(Object.keys(api).sort())
  })

  it('is shut when it forgot to say who may call it', async () => {
    for (const headers of [{}, { 'x-api-key': server.localToken }]) {
      const response = await server.app.inject({ url: '/api/forgotten', headers })
      expect([response.statusCode, response.body.includes('secret')]).toEqual([500, false])
    }
    for (const url of ['/api/%66orgotten', '/api/forgotten?project=1', '/%61pi/forgotten'])
      expect((await server.app.inject(url)).body).not.toContain('secret')
    expect((await server.app.inject({ method: 'HEAD', url: '/api/me' })).statusCode).toBe(401)
    expect((await server.app.inject('/page')).body).toBe('page')
    expect((await server.app.inject('/api/no-such-thing')).statusCode).toBe(404)
  })
})
