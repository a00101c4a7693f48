import { describe, expect, it } from 'vitest'
import { sampleContext } from '../testing/sample-context.ts'
import { group, OCCURRENCES } from './group.ts'
import { normalise } from './normalise.ts'

const HASH = 'cb5c5937783f3682968775567859772c5bc7aa16e4fe1a49417058a327c5a81f'

function grouped(record: { [key: string]: unknown }) {
  const context = sampleContext()
  const event = normalise(record, undefined, context)
  group.run(event, context)
  return event
}

describe('group', () => {
  it('gives an issue to errors, and to whatever brings an error type or a stack', () => {
    for (const record of [
      { level: 'error', message: 'a' },
      { level: 'fatal', message: 'a' },
      { level: 'warn', message: 'a', error: { type: 'TypeError', message: 'x' } },
      { level: 'info', message: 'a', stack_trace: 'frame1\nframe2' },
    ]) {
      expect(grouped(record).issueId).toMatch(/^[0-9a-f]{20}$/)
    }
  })

  it('gives none to other events, nor to a request that failed', () => {
    expect(grouped({ level: 'warn', message: 'a' }).issueId).toBe('')
    expect(grouped({ kind: 'request', level: 'error', message: 'GET /a 500', status: 500 }).issueId).toBe('')
  })

  it('honours a fingerprint that a caller chose, and not the hash that a client made', () => {
    const issueOf = (message: string, fingerprint: unknown) => grouped({ level: 'error', message, attributes: { fingerprint } }).issueId
    expect(issueOf('a', 'payments')).toBe(issueOf('b', 'payments'))
    expect(issueOf('a', ['pay', 'ments'])).toBe(issueOf('b', ['pay', 'ments']))
    expect(issueOf('a', HASH)).not.toBe(issueOf('b', HASH))
    expect(issueOf('a', HASH)).toBe(issueOf('a', undefined))
  })

  it('says how many occurrences an event stands for, and leaves a bare summary of them to its hash', () => {
    const held = grouped({ level: 'error', message: 'a', attributes: { metadata: { dedupCount: 4 }, fingerprint: HASH } })
    expect([held.attributes.get(OCCURRENCES), held.issueId]).toEqual([4, grouped({ level: 'error', message: 'a' }).issueId])
    const summary = grouped({ level: 'error', message: 'Deduplicated error summary', attributes: { metadata: { dedupCount: 3 }, fingerprint: HASH } })
    expect([summary.attributes.get(OCCURRENCES), summary.issueId]).toEqual([3, ''])
  })
})
