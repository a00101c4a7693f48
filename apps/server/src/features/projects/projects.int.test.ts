import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createProjectsServer, type ProjectsServer } from './testing/projects-server.ts'

describe('projects and keys', () => {
  let server: ProjectsServer
  let engineAway = false
  beforeAll(async () => {
    server = await createProjectsServer({ failDeletion: () => engineAway })
  })
  afterAll(() => server.close())

  const makeProject = async (name: string) => (await server.asLocal('POST', '/api/projects', { name })).body
  const makeKey = async (project: string, scope: string, more: object = {}) =>
    (await server.asLocal('POST', '/api/keys', { project, scope, ...more })).body
  const use = async (key: string, url: string, headers: Record<string, string> = {}) => {
    const door = url.startsWith('/ingest')
    const response = await server.app.inject({
      method: door ? 'POST' : 'GET',
      url,
      headers: { 'x-api-key': key, ...headers },
      ...(door ? { payload: '[]', headers: { 'x-api-key': key, 'content-type': 'application/json', ...headers } } : {}),
    })
    return response.statusCode === 200 ? 'taken' : (response.json().error.code as string)
  }

  it('are made with a slug of their own, from names in any language', async () => {
    const names = ['Größe & Maß', '商店', 'Größe, Maß', '42', '!!!', '  Trim me  ']
    const made = []
    for (const name of names) made.push(await makeProject(name))
    expect(made.map(({ slug }) => slug)).toEqual(['grosse-mass', '商店', 'grosse-mass-2', 'project-42', 'project', 'trim-me'])
    expect(made[0]).toMatchObject({ name: 'Größe & Maß', retentionDays: 90, redaction: { keys: [], patterns: [] } })
    for (const { id, slug } of made) {
      expect((await server.projects.find(id))?.slug).toBe(slug)
      expect((await server.asLocal('PATCH', `/api/projects/${encodeURIComponent(slug)}`, {})).body.id).toBe(id)
    }
  })

  it('take a change of retention and redaction into the path of events at once', async () => {
    const { id, slug } = await makeProject('Settings')
    const redaction = { keys: ['password'], patterns: ['\\d{16}'] }
    expect((await server.asLocal('PATCH', `/api/projects/${slug}`, { retentionDays: 7, redaction })).status).toBe(200)
    expect(server.projects.settings(Number(id))).toMatchObject({ retentionDays: 7, redaction })
    const refused = await server.asLocal('PATCH', `/api/projects/${slug}`, { redaction: { keys: [], patterns: ['(a+)+$'] } })
    expect([refused.status, refused.body.error.code]).toEqual([400, 'pattern-invalid'])
    expect(server.projects.settings(Number(id))).toMatchObject({ redaction })
    expect(() => server.projects.settings(999_999)).toThrow(expect.objectContaining({ code: 'project-not-found' }))
  })

  it('show a key once and store it nowhere', async () => {
    const { slug } = await makeProject('Once')
    const made = await makeKey(slug, 'ingest', { name: 'web' })
    expect(made).toMatchObject({ scope: 'ingest', client: 'heartwood', name: 'web' })
    expect(made.key.startsWith(made.hint) && made.hint.length < 12).toBe(true)
    const listed = (await server.asLocal('GET', `/api/keys?project=${slug}`)).body.keys
    expect(listed).toHaveLength(1)
    const stored = JSON.stringify([listed, await server.meta.keys.list()])
    expect(stored).not.toContain(made.key)
    expect(listed[0].hash).toBeUndefined()
  })

  it('let a key work from its creation to its revocation and not a request longer', async () => {
    const { slug } = await makeProject('Life')
    const { id, key } = await makeKey(slug, 'ingest')
    expect(await use(key, '/ingest')).toBe('taken')
    expect((await server.asLocal('GET', `/api/keys?project=${slug}`)).body.keys[0].lastUsedAt).toMatch(/^20/)
    expect((await server.asLocal('DELETE', `/api/keys/${id}`)).status).toBe(200)
    expect(await use(key, '/ingest')).toBe('key-invalid')
    expect((await server.asLocal('DELETE', `/api/keys/${id}`)).body.error.code).toBe('key-not-found')
  })

  it('make keys of the form and reach that a client insists on', async () => {
    const { slug } = await makeProject('Clients')
    const forms: [string, string, RegExp][] = [
      ['heartwood', 'ingest', /^hw_i_[A-Za-z0-9]{32}$/],
      ['heartwood', 'browser', /^hw_b_[A-Za-z0-9]{32}$/],
      ['micrologs', 'ingest', /^[0-9a-f]{64}$/],
      ['micrologs', 'browser', /^[0-9a-f]{32}$/],
      ['lognitor', 'ingest', /^lgn_[A-Za-z0-9]{32}$/],
      ['timberlogs', 'ingest', /^tb_live_[A-Za-z0-9]{32}$/],
      ['tracehub', 'ingest', /^th_[0-9a-f]{64}$/],
    ]
    for (const [client, scope, form] of forms) {
      expect((await makeKey(slug, scope, { client, origins: ['shop.example'] })).key, `${client} ${scope}`).toMatch(form)
    }
    const { key } = await makeKey(slug, 'ingest', { client: 'timberlogs' })
    expect(await use(key, '/ingest')).toBe('taken')
    expect(await use(key, `/api/search?project=${slug}`)).toBe('taken')
    expect(await use(key, `/api/keys?project=${slug}`)).toBe('key-forbidden')
    const { key: plain } = await makeKey(slug, 'ingest')
    expect(await use(plain, `/api/search?project=${slug}`)).toBe('key-forbidden')
  })

  it('hold a browser key to its pages', async () => {
    const { slug } = await makeProject('Pages')
    const { key, origins } = await makeKey(slug, 'browser', {
      origins: ['https://Shop.example/path', 'https://*.shop.example', 'https://shop.example'],
    })
    expect(origins).toEqual(['https://shop.example', 'https://*.shop.example'])
    expect(await use(key, '/ingest', { origin: 'https://shop.example' })).toBe('taken')
    expect(await use(key, '/ingest', { origin: 'https://www.shop.example' })).toBe('taken')
    expect(await use(key, '/ingest', { referer: 'https://shop.example/cart?x=1' })).toBe('taken')
    for (const origin of ['http://shop.example', 'https://shop.example.evil', 'https://evilshop.example', 'https://shop.example:8443', 'null', 'x']) {
      expect(await use(key, '/ingest', { origin }), origin).toBe('origin-forbidden')
    }
    expect(await use(key, '/ingest')).toBe('origin-forbidden')
    const preflight = await server.app.inject({
      method: 'OPTIONS',
      url: '/ingest',
      headers: { origin: 'https://shop.example', 'access-control-request-method': 'POST' },
    })
    expect([preflight.statusCode, preflight.headers['access-control-allow-origin']]).toEqual([204, 'https://shop.example'])
    const answer = await server.app.inject({ method: 'POST', url: '/ingest', headers: { 'x-api-key': key, origin: 'https://shop.example' } })
    expect(answer.headers).toMatchObject({ 'access-control-allow-origin': 'https://shop.example', vary: 'Origin' })
    expect(answer.headers['access-control-allow-credentials']).toBeUndefined()
    const without = await server.asLocal('POST', '/api/keys', { project: slug, scope: 'browser' })
    expect([without.status, without.body.error.code]).toEqual([400, 'validation-failed'])
    const wrong = await server.asLocal('POST', '/api/keys', { project: slug, scope: 'browser', origins: ['not an origin'] })
    expect([wrong.status, wrong.body.error.code]).toEqual([400, 'validation-failed'])
  })

  it('take X-API-Key before Authorization, and refuse keys of any other form or length calmly', async () => {
    const { slug } = await makeProject('Headers')
    const { key } = await makeKey(slug, 'ingest')
    expect(await use(key, '/ingest', { authorization: 'Bearer nonsense' })).toBe('taken')
    expect(await use('nonsense', '/ingest', { authorization: `Bearer ${key}` })).toBe('key-invalid')
    expect(await use('', '/ingest', { authorization: `bearer  ${key} ` })).toBe('taken')
    expect(await use('', '/ingest', { authorization: 'Basic dXNlcjpwYXNz' })).toBe('key-missing')
    for (const hostile of ['x'.repeat(10_000), "' or 1=1 --", '__proto__', `${key},${key}`, key.toUpperCase()]) {
      expect(await use(hostile, '/ingest'), hostile.slice(0, 20)).toBe('key-invalid')
    }
  })

  it('keep a key in its project however the project is named', async () => {
    const own = await makeProject('Fence own')
    const other = await makeProject('Fence other')
    const { key } = await makeKey(own.slug, 'admin')
    expect(await use(key, `/api/keys?project=${own.id}`)).toBe('taken')
    for (const query of [`project=${other.id}`, `project=${own.slug}&project=${other.slug}`, 'project=constructor', 'project=']) {
      expect(await use(key, `/api/keys?${query}`), query).toBe('project-forbidden')
    }
    const listed = await server.app.inject({ url: '/api/projects', headers: { 'x-api-key': key } })
    expect(listed.json().projects.map((project: { id: string }) => project.id)).toEqual([own.id])
  })

  it('are deleted with their keys and events, after their name was typed', async () => {
    const { id, slug } = await makeProject('Old shop')
    const { key } = await makeKey(slug, 'ingest')
    const wrong = await server.asLocal('DELETE', `/api/projects/${slug}?confirm=old`)
    expect([wrong.status, wrong.body.error.code]).toEqual([400, 'confirmation-wrong'])
    expect(await use(key, '/ingest')).toBe('taken')
    expect((await server.asLocal('DELETE', `/api/projects/${slug}?confirm=Old%20shop`)).status).toBe(200)
    expect(await use(key, '/ingest')).toBe('key-invalid')
    expect(server.deleted).toContain(Number(id))
    expect(server.discarded).toContain(Number(id))
    expect((await server.asLocal('PATCH', `/api/projects/${id}`, {})).body.error.code).toBe('project-not-found')
  })

  it('go on being deleted after the engine failed in the middle', async () => {
    const { id, slug } = await makeProject('Half gone')
    const { key } = await makeKey(slug, 'ingest')
    engineAway = true
    expect((await server.asLocal('DELETE', `/api/projects/${slug}?confirm=Half%20gone`)).status).toBe(500)
    expect(await use(key, '/ingest')).toBe('key-invalid')
    expect(await server.projects.find(id)).toBeUndefined()
    engineAway = false
    await server.projects.resumeDeletions()
    expect(server.deleted).toContain(Number(id))
    expect(await server.meta.projects.inDeletion()).toEqual([])
  })

  it('get different slugs when several are made at the same moment', async () => {
    const made = await Promise.all(Array.from({ length: 8 }, () => makeProject('Same')))
    expect(new Set(made.map(({ slug }) => slug)).size).toBe(8)
  })
})
