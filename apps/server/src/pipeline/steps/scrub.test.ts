import type { Event, Redaction } from '@heartwood/protocol'
import { describe, expect, it } from 'vitest'
import { eventToJson } from '../../store/events/rows/event-row.ts'
import { compileRedaction, PATTERN_WINDOW } from '../redaction.ts'
import { sampleContext } from '../testing/sample-context.ts'
import { normalise } from './normalise.ts'
import { scrub } from './scrub.ts'

function scrubbed(record: { [key: string]: unknown }, redaction: Partial<Redaction> = {}) {
  const context = sampleContext({ redactor: compileRedaction({ keys: [], patterns: [], ...redaction }) })
  return eventToJson(scrub.run(normalise(record, undefined, context), context) as Event, '')
}

describe('scrub', () => {
  it('takes secrets out in every project, however their names are written and nested', () => {
    const json = scrubbed({
      message: 'x',
      password: 'p',
      apiKey: 'k',
      req: { headers: { Authorization: 'Bearer x', 'set-cookie': ['a=b'] } },
      authorization: { scheme: 'Bearer', value: 'x' },
      users: [{ name: 'bo', passwd: 'p' }],
      token: 'kept',
    })
    expect(json.attributes).toEqual({
      password: '[redacted]',
      apiKey: '[redacted]',
      req: { headers: { Authorization: '[redacted]', 'set-cookie': '[redacted]' } },
      authorization: { scheme: '[redacted]', value: '[redacted]' },
      users: [{ name: 'bo', passwd: '[redacted]' }],
      token: 'kept',
    })
  })

  it('takes out the names that a project sets: any case, any part of a dotted name, fields of the event', () => {
    const json = scrubbed({ message: 'x', userId: 'u', customer: { Email: 'a@b', id: 1 } }, { keys: ['email', 'user_id'] })
    expect(json.userId).toBe('[redacted]')
    expect(json.attributes).toEqual({ customer: { Email: '[redacted]', id: 1 } })
  })

  it('takes out what a project’s patterns match in messages, values, tags, paths and stacks', () => {
    const json = scrubbed(
      {
        message: 'mail to bo@example.org sent',
        tags: ['bo@example.org'],
        request: { method: 'GET', path: '/u/bo@example.org' },
        list: ['bo@example.org'],
        err: { message: 'no bo@example.org', stack: 'Error\n  at bo@example.org' },
      },
      { patterns: ['[\\w.]+@[\\w.]+'] },
    )
    expect(JSON.stringify(json)).not.toContain('bo@example.org')
    expect(json).toMatchObject({ message: 'mail to [redacted] sent', tags: ['[redacted]'], attributes: { list: ['[redacted]'] } })
  })

  it.each(['path', 'uri', 'request_uri', 'http.target'])('takes out a path with its query and its address for the name %s', (key) => {
    const sent = [
      { path: '/reset?token=s3cret' },
      { request: { method: 'GET', path: '/reset?token=s3cret' } },
      { req: { method: 'GET', url: 'https://shop.example/reset?token=s3cret' } },
      { path: '/reset?a=1', 'http.url': 'https://shop.example/reset?token=s3cret' },
      { req: { url: `https://shop.example/${'long/'.repeat(2_000)}?token=s3cret` } },
    ]
    for (const record of sent) expect(JSON.stringify(scrubbed({ message: 'x', ...record }, { keys: [key] }))).not.toContain('s3cret')
    const other = scrubbed({ message: 'x', path: '/a?b=1', link: 'https://shop.example/b?c=1' }, { keys: [key] })
    expect(other).toMatchObject({ request: { path: '[redacted]' }, attributes: { 'url.query': '[redacted]', link: 'https://shop.example/b?c=1' } })
  })

  it('matches a pattern on a query as it was sent: behind its mark and its path', () => {
    const query = (pattern: string) => {
      const { request, attributes } = scrubbed({ message: 'x', path: '/reset?token=s3cret&page=2' }, { patterns: [pattern] })
      return [request?.path, attributes?.['url.query']]
    }
    expect(query('[?&]token=\\w+')).toEqual(['/reset', '[redacted]&page=2'])
    expect(query('&page=\\d+')).toEqual(['/reset', 'token=s3cret[redacted]'])
    expect(query('^/reset$')).toEqual(['[redacted]', 'token=s3cret&page=2'])
    expect(query('/reset\\?token=\\w+')).toEqual(['[redacted]', '[redacted]'])
  })

  it('finds matches anywhere in long texts', () => {
    const word = 'lorem ipsum '
    const text = `${word.repeat(PATTERN_WINDOW)}4111-1111 ${word.repeat(PATTERN_WINDOW)}4111-1111`
    expect(scrubbed({ message: text }, { patterns: ['\\d{4}-\\d{4}'] }).message).not.toContain('4111')
  })
})
