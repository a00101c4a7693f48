import { afterEach, describe, expect, it } from 'vitest'
import { createTestServer, type TestServer } from '../../auth/testing/test-server.ts'
import { registerPeople } from './routes.ts'

const PASSWORD = 'correct horse battery'
const OWNER = { email: 'Ada@Example.org', password: PASSWORD }
const SAME_ORIGIN = { 'sec-fetch-site': 'same-origin' }

const open: TestServer[] = []
const start = async (options: { publicUrl?: string } = {}): Promise<TestServer> => {
  const server = await createTestServer({
    ...options,
    register: (app, { people }) => registerPeople(app, { people, version: '1.2.3', publicUrl: () => options.publicUrl }),
  })
  open.push(server)
  return server
}
afterEach(async () => {
  for (const server of open.splice(0)) await server.close()
})

const post = async (server: TestServer, url: string, payload: object, headers: Record<string, string> = {}, remoteAddress = '127.0.0.1') => {
  const response = await server.app.inject({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json', ...headers },
    payload: JSON.stringify(payload),
    remoteAddress,
  })
  return { status: response.statusCode, body: response.json(), setCookie: String(response.headers['set-cookie'] ?? ''), headers: response.headers }
}

const signIn = async (server: TestServer): Promise<string> => {
  await server.auth.people.ensureOwner(OWNER)
  const { setCookie } = await post(server, '/api/sign-in', OWNER)
  return setCookie.split(';')[0] ?? ''
}

const session = async (server: TestServer, cookie = '') => (await server.app.inject({ url: '/api/session', headers: { cookie } })).json()

describe('the owner', () => {
  it('is made with the link that was printed, and signed in by that', async () => {
    const server = await start({ publicUrl: 'http://127.0.0.1:4600' })
    expect(await session(server)).toEqual({ person: null, needsOwner: true, version: '1.2.3', publicUrl: 'http://127.0.0.1:4600' })
    const token = await server.auth.people.createClaim()
    const { status, body, setCookie } = await post(server, '/api/claim', { token, ...OWNER, name: 'Ada' })
    expect([status, body.person]).toMatchObject([200, { email: 'ada@example.org', name: 'Ada' }])
    expect(await session(server, setCookie.split(';')[0])).toMatchObject({ person: body.person, needsOwner: false })
    expect(await server.auth.people.createClaim()).toBeUndefined()
  })

  it('is one: of several who use the link at the same moment', async () => {
    const server = await start()
    const token = await server.auth.people.createClaim()
    const claims = await Promise.all(
      ['a', 'b', 'c'].map((name) => post(server, '/api/claim', { token, email: `${name}@example.org`, password: PASSWORD })),
    )
    expect(claims.map(({ status }) => status).sort()).toEqual([200, 403, 403])
    const again = await post(server, '/api/claim', { token, ...OWNER })
    expect([again.status, again.body.error.code]).toEqual([403, 'claim-invalid'])
  })

  it('cannot be made with the link of a former start or a guessed one', async () => {
    const server = await start()
    const former = await server.auth.people.createClaim()
    const newest = await server.auth.people.createClaim()
    for (const token of [former, 'guess', `${newest}x`]) {
      expect((await post(server, '/api/claim', { token, ...OWNER })).body.error.code).toBe('claim-invalid')
    }
    expect((await post(server, '/api/claim', { token: newest, ...OWNER, password: 'short' })).body.error.code).toBe('validation-failed')
    expect((await post(server, '/api/claim', { token: newest, ...OWNER })).status).toBe(200)
  })

  it('comes from the environment once, also when two servers start at once, and keeps the password', async () => {
    const server = await start()
    const outcomes = await Promise.all([
      server.auth.people.ensureOwner(OWNER),
      server.auth.people.ensureOwner({ ...OWNER, email: 'other@example.org' }),
    ])
    expect(outcomes.sort()).toEqual(['created', 'exists'])
    expect(await server.auth.people.ensureOwner({ ...OWNER, password: 'another password' })).toBe('exists')
    expect((await session(server)).needsOwner).toBe(false)
  })
})

describe('a sign-in', () => {
  it('sets a cookie that scripts and other sites cannot use, and only its hash is stored', async () => {
    const server = await start()
    await server.auth.people.ensureOwner(OWNER)
    const { status, body, setCookie } = await post(server, '/api/sign-in', { email: ' ADA@example.org ', password: PASSWORD })
    expect([status, body.person.email]).toEqual([200, 'ada@example.org'])
    expect(setCookie).toMatch(/^heartwood_session=[\w-]{43}; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Lax$/)
    const token = setCookie.slice('heartwood_session='.length, setCookie.indexOf(';'))
    expect(await server.meta.sessions.find(token, 0)).toBeUndefined()
  })

  it('sets a secure cookie where people come by https', async () => {
    const server = await start({ publicUrl: 'https://logs.example' })
    await server.auth.people.ensureOwner(OWNER)
    expect((await post(server, '/api/sign-in', OWNER)).setCookie).toContain('; Secure')
  })

  it('answers the same to a wrong password and an unknown address', async () => {
    const server = await start()
    await server.auth.people.ensureOwner(OWNER)
    const wrong = await post(server, '/api/sign-in', { ...OWNER, password: 'wrong password' })
    const unknown = await post(server, '/api/sign-in', { email: 'nobody@example.org', password: PASSWORD })
    expect([wrong.status, wrong.body]).toEqual([401, unknown.body])
    expect(wrong.setCookie).toBe('')
  })

  it('cannot be tried without end, but a stranger’s tries do not lock the person out', async () => {
    const server = await start()
    await server.auth.people.ensureOwner(OWNER)
    const guess = () => post(server, '/api/sign-in', { ...OWNER, password: 'guess' }, {}, '203.0.113.1')
    const answers = await Promise.all(Array.from({ length: 14 }, guess))
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(10)
    const refused = answers.find(({ status }) => status === 429)
    expect(refused?.body.error.code).toBe('rate-limited')
    expect(Number(refused?.headers['retry-after'])).toBeGreaterThan(60)
    expect((await post(server, '/api/sign-in', OWNER, {}, '203.0.113.1')).status).toBe(429)
    expect((await post(server, '/api/sign-in', OWNER, {}, '203.0.113.2')).status).toBe(200)
  })

  it('counts a network of IPv6 addresses as one', async () => {
    const server = await start()
    await server.auth.people.ensureOwner(OWNER)
    const guess = (n: number) => post(server, '/api/sign-in', { ...OWNER, password: 'guess' }, {}, `2001:db8::${n.toString(16)}`)
    const answers = await Promise.all(Array.from({ length: 12 }, (_, n) => guess(n + 1)))
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(2)
  })

  it('is refused when another site sends it', async () => {
    const server = await start()
    await server.auth.people.ensureOwner(OWNER)
    for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { origin: 'https://evil.example' }, { origin: 'null' }]) {
      expect((await post(server, '/api/sign-in', OWNER, headers as Record<string, string>)).body.error.code).toBe('csrf-refused')
    }
  })

  it('takes hostile input for what it is', async () => {
    const server = await start()
    await server.auth.people.ensureOwner(OWNER)
    for (const body of [{}, { email: {}, password: [] }, { email: null, password: null }, { email: 'x'.repeat(300), password: 'y' }, []]) {
      expect((await post(server, '/api/sign-in', body)).body.error.code).toBe('validation-failed')
    }
    for (const email of ["' or 1=1 --", '\u0000', '__proto__', '💥']) {
      expect((await post(server, '/api/sign-in', { email, password: 'x' })).body.error.code, email).toBe('sign-in-failed')
    }
  })
})

describe('a session', () => {
  it('opens what its person may do, and ends at once with the sign-out', async () => {
    const server = await start()
    const cookie = await signIn(server)
    const me = async () => (await server.app.inject({ url: '/api/me', headers: { cookie } })).json()
    expect(await me()).toMatchObject({ kind: 'person', person: { email: 'ada@example.org' } })
    expect((await post(server, '/api/projects', { name: 'Shop' }, { cookie, ...SAME_ORIGIN })).status).toBe(200)
    const out = await server.app.inject({ method: 'POST', url: '/api/sign-out', headers: { cookie, ...SAME_ORIGIN } })
    expect([out.statusCode, String(out.headers['set-cookie'])]).toEqual([200, expect.stringContaining('heartwood_session=; Max-Age=0')])
    expect((await me()).error.code).toBe('sign-in-required')
    expect((await session(server, cookie)).person).toBeNull()
  })

  it('changes nothing unless a page of ours asks, in JSON', async () => {
    const server = await start()
    const cookie = await signIn(server)
    const create = async (headers: Record<string, string>) => (await post(server, '/api/projects', { name: 'Shop' }, { cookie, ...headers })).status
    const ours = { host: 'logs.example' }
    expect(await create({ ...ours })).toBe(403)
    expect(await create({ ...ours, origin: 'https://evil.example' })).toBe(403)
    expect(await create({ ...ours, origin: 'https://logs.example.evil' })).toBe(403)
    expect(await create({ ...ours, origin: 'null' })).toBe(403)
    expect(await create({ ...ours, 'sec-fetch-site': 'same-site' })).toBe(403)
    expect(await create({ ...ours, 'sec-fetch-site': 'cross-site', origin: 'https://logs.example' })).toBe(403)
    expect(await create({ ...ours, ...SAME_ORIGIN, 'content-type': 'text/plain' })).toBe(403)
    expect(await create({ ...ours, ...SAME_ORIGIN, 'content-type': 'application/x-www-form-urlencoded' })).toBe(403)
    expect(await create({ ...ours, ...SAME_ORIGIN })).toBe(200)
    expect(await create({ ...ours, origin: 'https://logs.example' })).toBe(200)
    const foreignSignOut = await server.app.inject({ method: 'POST', url: '/api/sign-out', headers: { cookie, origin: 'https://evil.example' } })
    expect(foreignSignOut.statusCode).toBe(403)
  })

  it('is not needed beside a key, and does not lend its rights to one', async () => {
    const server = await start()
    const cookie = await signIn(server)
    const wrong = await server.app.inject({ url: '/api/projects', headers: { cookie, 'x-api-key': 'nonsense' } })
    expect(wrong.json().error.code).toBe('key-invalid')
  })
})

describe('the local token', () => {
  it('administers over loopback and only there', async () => {
    const server = await start()
    const ask = async (remoteAddress: string, headers: Record<string, string> = {}) =>
      (await server.app.inject({ url: '/api/me', remoteAddress, headers: { authorization: `Bearer ${server.localToken}`, ...headers } })).json()
    for (const address of ['127.0.0.1', '127.8.9.10', '::1', '::ffff:127.0.0.1']) expect(await ask(address)).toEqual({ kind: 'local' })
    for (const address of ['203.0.113.5', '::ffff:203.0.113.5', '10.0.0.1', '2001:db8::1']) {
      expect((await ask(address)).error.code, address).toBe('key-invalid')
    }
    for (const header of ['x-forwarded-for', 'forwarded', 'x-real-ip', 'via']) {
      expect((await ask('127.0.0.1', { [header]: '127.0.0.1' })).error.code, header).toBe('key-invalid')
    }
  })
})
