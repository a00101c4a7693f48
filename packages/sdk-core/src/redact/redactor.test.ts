import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { RedactionPattern } from '../options.ts'
import type { JsonObject } from '../types.ts'
import { createRedactor } from './redactor.ts'

const withPatterns = (...patterns: (RedactionPattern | RegExp)[]) => createRedactor({ patterns, keys: [] }, [])
const all = withPatterns('email', 'creditCard', 'ssn', 'bearer')

it.each<[RedactionPattern, string, string]>([
  ['email', 'mail to ann.lee+x@shop.example.com, please', 'mail to [redacted], please'],
  ['email', '<jürgen@bücher.de>;a@b.co.', '<[redacted]>;[redacted].'],
  ['email', '/find?mail=ann%40shop.com&x=1', '/find?mail=[redacted]&x=1'],
  ['email', 'pino@10.4.0 on user@localhost, @types/node', 'pino@10.4.0 on user@localhost, @types/node'],
  ['creditCard', 'card 4111 1111 1111 1111 refused', 'card [redacted] refused'],
  ['creditCard', 'order 7 5500-0000-0000-0004 and 378282246310005', 'order 7 [redacted] and [redacted]'],
  ['creditCard', 'n4111111111111111x', 'n[redacted]x'],
  ['creditCard', '4111 1111 1111 1112, 1763758434000, 41111111111111111111', '4111 1111 1111 1112, 1763758434000, 41111111111111111111'],
  ['creditCard', 'card 4111.1111.1111.1111. Nr.3782.822463.10005', 'card [redacted]. Nr.[redacted]'],
  ['creditCard', '7\u00a04111\u00a01111\u00a01111\u00a01111 5500\u202f0000\u202f0000\u202f0004', '7\u00a0[redacted] [redacted]'],
  [
    'creditCard',
    '4111.1111.1111.1112 1.4111.1111.1111.1111 4111.1111.1111.1111.2',
    '4111.1111.1111.1112 1.4111.1111.1111.1111 4111.1111.1111.1111.2',
  ],
  [
    'creditCard',
    '192.168.100.100 41.11.1111.1111 4.111111111111111 4\u202f111\u202f111\u202f111\u202f111\u202f111',
    '192.168.100.100 41.11.1111.1111 4.111111111111111 4\u202f111\u202f111\u202f111\u202f111\u202f111',
  ],
  ['ssn', 'ssn 078-05-1120 or 078 05 1120', 'ssn [redacted] or [redacted]'],
  ['ssn', '1078-05-1120 078-05-11205 2026-11-21', '1078-05-1120 078-05-11205 2026-11-21'],
  ['bearer', 'Authorization: Bearer eyJhbGci.eyJz_-w==', 'Authorization: [redacted]'],
  ['bearer', 'BEARER  secret, then bEaReR%20x1', '[redacted], then [redacted]'],
  ['bearer', 'bearer token is missing', 'bearer token is missing'],
])('%s: %s', (pattern, text, expected) => {
  expect(withPatterns(pattern).text(text)).toBe(expected)
})

it('finds each match of an own expression, whatever its flags and wherever its search stood', () => {
  const sticky = /id-\d+/y
  const global = /KEY\w+/gi
  global.lastIndex = 40
  const redactor = withPatterns(sticky, global, /x*/)
  for (let round = 0; round < 3; round++)
    expect(redactor.text('a id-1 id-22 keyABC Keyz xx')).toBe('a [redacted] [redacted] [redacted] [redacted] [redacted]')
  expect(global.lastIndex).toBe(40)
  expect(withPatterns(/5551234567/).json({ phone: 5551234567, other: 1 })).toEqual({ phone: '[redacted]', other: 1 })
})

it('takes out values by their names at any depth, whatever the case and the hyphens', () => {
  const redactor = createRedactor({ patterns: [], keys: ['apiKey', 'set-cookie', 'token'] }, [])
  const given: JsonObject = {
    'X-API-KEY': 1,
    api_key: 'a',
    APIKEY: ['b'],
    deep: [{ headers: { 'Set-Cookie': 'c', 'req.set_cookie.sid': 'd' } }],
    tokens: 3,
    none: null,
  }
  expect(redactor.json(given)).toEqual({
    'X-API-KEY': 1,
    api_key: '[redacted]',
    APIKEY: '[redacted]',
    deep: [{ headers: { 'Set-Cookie': '[redacted]', 'req.set_cookie.sid': '[redacted]' } }],
    tokens: 3,
    none: null,
  })
  expect(given.api_key).toBe('a')
})

it('gives back the very value when there is nothing to take out', () => {
  const given = { a: 'text', b: [{ c: 1 }], d: 4111111111111112 }
  expect(all.json(given)).toBe(given)
})

it('keeps apart what stood under names that were taken out', () => {
  expect(all.json({ 'a@b.com': 1, 'c@d.com': 2 })).toEqual({ '[redacted]': 1, '[redacted] 2': 2 })
})

it.each([
  ['https://h/p?token=abc&x=1#top', 'https://h/p?token=[redacted]&x=1#top'],
  ['/p?x=1&API_KEY=abc', '/p?x=1&API_KEY=[redacted]'],
  ['https://h/cb#access_token=abc&state=1', 'https://h/cb#access_token=[redacted]&state=1'],
  ['GET /p?a[token][]=abc;token=d failed', 'GET /p?a[token][]=[redacted];token=[redacted] failed'],
  ['?to%6ben=abc&%zz=1&token=', '?to%6ben=[redacted]&%zz=1&token='],
  ['http://[broken?token=a=b=c&&=&x', 'http://[broken?token=[redacted]&&=&x'],
  ['token=abc', 'token=abc'],
  ['/p?tokens=1&page=2', '/p?tokens=1&page=2'],
])('masks parameters in %s', (address, expected) => {
  const redactor = createRedactor(false, ['token', 'apiKey', 'access-token'])
  expect(redactor.text(address)).toBe(expected)
})

const luhn = (digits: string): string => {
  const check = [...digits]
    .reverse()
    .reduce((sum, digit, index) => sum + (index % 2 === 0 ? ([0, 2, 4, 6, 8, 1, 3, 5, 7, 9][Number(digit)] ?? 0) : Number(digit)), 0)
  return digits + ((10 - (check % 10)) % 10)
}
const card = fc.tuple(fc.constantFrom('4', '51', '6011'), fc.stringMatching(/^\d{15}$/)).map(([first, rest]) => luhn((first + rest).slice(0, 15)))
const separated = fc.tuple(card, fc.constantFrom('', ' ', '-', '.', '\u00a0')).map(([digits, mark]) => digits.replace(/(\d{4})(?=\d)/g, `$1${mark}`))
const email = fc
  .tuple(fc.stringMatching(/^[a-z][a-z0-9._+-]{0,20}$/), fc.stringMatching(/^[a-z]{2,10}$/), fc.constantFrom('com', 'co.uk', 'museum'))
  .map(([who, host, end]) => `${who}@${host}.${end}`)
const ssn = fc.tuple(fc.stringMatching(/^\d{3}$/), fc.stringMatching(/^\d{2}$/), fc.stringMatching(/^\d{4}$/)).map((parts) => parts.join('-'))
const bearer = fc.stringMatching(/^[A-Za-z0-9]{12,40}$/).map((token) => ({ token, text: `bEarer ${token}` }))

it('leaves no card number, address, number or token wherever they stand in a text', () => {
  // What joins with digits, letters or dots beside it may be something else; a blank or a sign does not.
  const around = fc.string({ maxLength: 40 }).map((text) => text.replace(/[\d@%]/g, ''))
  const numbered = fc.tuple(fc.nat(999), fc.constantFrom(' ', ': ', ', '), separated).map(([count, mark, text]) => `${count}${mark}${text}`)
  fc.assert(
    fc.property(around, around, fc.oneof(separated, numbered), email, ssn, bearer, (before, after, cardText, emailText, ssnText, tokenText) => {
      const text = `${before} ${cardText} ${after}|${emailText}|${before}|${ssnText}|${tokenText.text}|${after}`
      const clean = JSON.stringify(all.json({ list: [{ text }], text }))
      for (const secret of [cardText.slice(-19), emailText, ssnText, tokenText.token]) expect(clean).not.toContain(secret)
    }),
    { numRuns: 5_000 },
  )
})

it('reads hostile texts in linear time', () => {
  // Each would take minutes if it were searched by trial and error.
  const redactor = createRedactor({ patterns: ['email', 'creditCard', 'ssn', 'bearer'], keys: ['a'] }, ['token'])
  for (const part of [
    'a',
    '1',
    '1 ',
    'a@',
    '@a.',
    'a.',
    '%40',
    'bearer ',
    'bearer\t',
    '?a=',
    '?',
    '&token',
    '078-05-',
    '4111 ',
    '4111.',
    '4111\u00a0',
  ])
    redactor.text(part.repeat(200_000 / part.length))
})

it('takes passwords out of addresses', () => {
  expect(all.text('no answer from postgres://ann:s3cret@db:5432/shop, see https://docs.example/a@b')).toBe(
    'no answer from postgres://ann:[redacted]@db:5432/shop, see https://docs.example/a@b',
  )
  expect(createRedactor(false, []).text('amqp://a:b@mq')).toBe('amqp://a:b@mq')
})

it("takes out the client's own key, which a program may hold in the lines around an error", () => {
  expect(createRedactor({ patterns: [], keys: [] }, [], 'hw_i_0123456789ab').text("init({ apiKey: 'hw_i_0123456789ab' })")).toBe(
    "init({ apiKey: '[redacted]' })",
  )
})
