import { describe, expect, it } from 'vitest'
import type { HttpAnswer, HttpRequest } from '../ports.ts'
import { HeartwoodApiError } from './api-error.ts'
import { type CallsDeps, createCalls } from './calls.ts'

type Answer = (request: HttpRequest) => Promise<HttpAnswer>
const answering = (status: number, body: unknown) => async () => ({
  status,
  headers: {},
  body: typeof body === 'string' ? body : JSON.stringify(body),
})

function setUp(answer: Answer, over: Partial<ReturnType<CallsDeps['options']>> = {}) {
  const requests: { method: string; path: string; key: string | undefined; body: unknown }[] = []
  const reported: Error[] = []
  const kept: boolean[] = []
  let timers = 0
  const calls = createCalls({
    platform: {
      transport: {
        send(request) {
          const path = request.url.slice('http://heartwood.test'.length)
          requests.push({
            method: request.method,
            path,
            key: request.headers.authorization,
            body: JSON.parse(Buffer.from(request.body ?? '').toString()),
          })
          return answer(request)
        },
        close() {},
      },
      encode: (text) => Buffer.from(text),
      setTimer(_run, _ms, keepAlive) {
        kept.push(keepAlive === true)
        timers += 1
        return {
          cancel() {
            timers -= 1
          },
        }
      },
    },
    options: () => ({ endpoint: 'http://heartwood.test', apiKey: 'own', timeout: 100, enabled: true, ...over }),
    report: (error) => void reported.push(error),
  })
  return { calls, requests, reported, kept, timers: () => timers }
}
const failureOf = async (call: Promise<unknown>): Promise<HeartwoodApiError> => {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof HeartwoodApiError)) throw new Error(`not the error that was expected: ${error}`)
  return error
}

describe('an answer that is no success', () => {
  it.each([
    [
      'ours',
      { error: { code: 'issue-not-found', message: 'There is no such issue.', details: [1] } },
      'issue-not-found',
      'The issue was not changed: There is no such issue.',
    ],
    ['another product’s', { error: 'key-invalid', message: 'Invalid API key' }, 'key-invalid', 'The issue was not changed: Invalid API key.'],
    [
      'a proxy’s',
      '<html>',
      'unreadable-answer',
      'The issue was not changed: the server answered 404, and not as Heartwood does. Is `endpoint` its address?',
    ],
  ])('is an error in a sentence, also in %s words', async (_, body, code, message) => {
    const { calls, timers, kept } = setUp(answering(404, body))
    expect(await failureOf(calls.issues.setStatus('i', 'resolved'))).toMatchObject({ name: 'HeartwoodApiError', code, status: 404, message })
    expect([timers(), kept]).toEqual([0, [true]])
  })

  it('may be none at all', async () => {
    const refused = setUp(() => Promise.reject(Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' })))
    const error = await failureOf(refused.calls.feedback({ comments: 'x' }))
    expect(error).toMatchObject({ code: 'unreachable', status: 0, cause: { code: 'ECONNREFUSED' } })
    expect(error.message).toBe('The feedback was not taken: http://heartwood.test cannot be reached (connect ECONNREFUSED 127.0.0.1:1).')
    const late = setUp(() => Promise.reject(Object.assign(new Error('late'), { code: 'ETIMEDOUT' })))
    expect(await failureOf(late.calls.registerRelease({ version: '1' }))).toMatchObject({ code: 'timed-out' })
  })

  it('may be a success of something else', async () => {
    for (const body of ['', '[]', '{}', 'ok']) {
      const { calls } = setUp(answering(200, body))
      for (const call of [calls.feedback({ comments: 'x' }), calls.registerRelease({ version: '1' }), calls.issues.setStatus('i', 'open')]) {
        expect(await failureOf(call)).toMatchObject({ code: 'unreadable-answer', status: expect.any(Number) })
      }
    }
  })
})

it('that was given what it cannot use sends nothing and says what it received', async () => {
  const { calls, requests, reported } = setUp(answering(200, {}))
  // What programs without types hand in.
  const given = (value: unknown) => value as never
  const cyclic: { comments: string; name?: unknown } = { comments: 'x' }
  cyclic.name = cyclic
  const refused: [Promise<unknown>, string][] = [
    [calls.feedback(given(undefined)), 'The feedback was not taken: it takes an object with `comments`, not undefined.'],
    [calls.feedback(given({ comments: 5 })), 'The feedback was not taken: `comments` must be a text, not 5.'],
    [calls.registerRelease(given(undefined)), 'The release was not registered: it takes an object with `version`, not undefined.'],
    [calls.registerRelease(given({})), 'The release was not registered: `version` must be a text, not undefined.'],
    [calls.heartbeat('').ping(), 'The sign of life was not taken: the token must be a text, not "".'],
    [calls.issues.setStatus(given(undefined), 'open'), 'The issue was not changed: the id must be a text, not undefined.'],
    [calls.issues.setStatus('i', given(null), given(null)), 'The issue was not changed: the state must be a text, not null.'],
    [calls.heartbeat(given(undefined)).ping(), 'The sign of life was not taken: the token must be a text, not undefined.'],
  ]
  for (const [call, message] of refused) expect(await failureOf(call)).toMatchObject({ code: 'argument-invalid', status: 0, message })
  expect(await failureOf(calls.feedback(given(cyclic)))).toMatchObject({ code: 'argument-invalid', message: expect.stringContaining('circular') })
  // A token that is missing is no failure of the job.
  expect(await calls.heartbeat(given(undefined)).wrap(() => 'done')()).toBe('done')
  expect([requests, reported.length]).toEqual([[], 2])
})

it('sends a screenshot with what a user says', async () => {
  const { calls, requests } = setUp(answering(202, { feedback_id: 'fb_1' }))
  expect(await calls.feedback({ comments: 'it froze', screenshot: 'data:image/png;base64,iVBO' })).toEqual({ feedbackId: 'fb_1' })
  expect(requests).toMatchObject([{ path: '/api/v1/feedback', body: { comments: 'it froze', screenshot: 'data:image/png;base64,iVBO' } }])
})

describe('issues', () => {
  it('are changed with the key that is given', async () => {
    const { calls, requests } = setUp(answering(200, { id: 'a/b', state: 'resolved' }))
    expect(await calls.issues.setStatus('a/b', 'resolved', { apiKey: 'admin' })).toMatchObject({ state: 'resolved' })
    expect(requests).toEqual([{ method: 'PATCH', path: '/api/issues/a%2Fb', key: 'Bearer admin', body: { state: 'resolved' } }])
  })
})

describe('a heartbeat', () => {
  const paths = (requests: { path: string; body: unknown }[]) => requests.map(({ path }) => path.replace('/api/v1/heartbeat/t', ''))

  it('needs no key, and names its token nowhere else', async () => {
    const { calls, requests } = setUp(answering(404, { error: 'not-found', message: 'There is no heartbeat with this token.' }))
    const error = await failureOf(calls.heartbeat('secret/1').ping())
    expect(requests).toMatchObject([{ path: '/api/v1/heartbeat/secret%2F1', key: undefined }])
    expect([error.code, error.message.includes('secret')]).toEqual(['not-found', false])
  })

  it('wraps a job: begin, end, and what it gives back', async () => {
    const { calls, requests } = setUp(answering(200, { status: 'ok' }))
    const add = calls.heartbeat('t').wrap(async (a: number, b: number) => a + b)
    expect(await add(2, 3)).toBe(5)
    expect(paths(requests)).toEqual(['/start', ''])
  })

  it('tells of the failure of a job, which stays a failure', async () => {
    const { calls, requests } = setUp(answering(200, { status: 'failed' }))
    const failure = new RangeError('disk full')
    const job = calls.heartbeat('t').wrap(() => {
      throw failure
    })
    await expect(job()).rejects.toBe(failure)
    expect(paths(requests)).toEqual(['/start', '/fail'])
    expect(requests[1]?.body).toEqual({ reason: 'RangeError: disk full' })
  })

  it('that cannot be sent is no failure of its job', async () => {
    const { calls, reported } = setUp(() => Promise.reject(new Error('down')))
    expect(await calls.heartbeat('t').wrap(() => 'done')()).toBe('done')
    expect(reported).toMatchObject([{ code: 'unreachable' }, { code: 'unreachable' }])
  })
})

it('sends nothing when the client is switched off, and says so where an answer was asked for', async () => {
  const { calls, requests, reported } = setUp(answering(200, {}), { enabled: false })
  await calls.heartbeat('t').ping()
  expect(await calls.heartbeat('t').wrap(() => 1)()).toBe(1)
  expect(await failureOf(calls.feedback({ comments: 'x' }))).toMatchObject({ code: 'disabled' })
  expect([requests, reported]).toEqual([[], []])
})
