import type { Event } from '@heartwood/protocol'
import { describe, expect, it } from 'vitest'
import type { PipelineContextOptions } from '../context.ts'
import { sampleContext } from '../testing/sample-context.ts'
import { enrich } from './enrich.ts'
import { normalise } from './normalise.ts'

function attributes(record: { [key: string]: unknown }, options: Partial<PipelineContextOptions> = {}): { [key: string]: unknown } {
  const context = sampleContext(options)
  return Object.fromEntries((enrich.run(normalise(record, undefined, context), context) as Event).attributes)
}

describe('enrich', () => {
  it('replaces the address of a client by its hash and place', () => {
    expect(attributes({ request: { method: 'GET' }, clientIp: '[::ffff:203.0.113.7]:443' })).toEqual({
      'client.hash': 'hash-of-203.0.113.7',
      'client.country': 'DE',
      'client.region': 'Berlin',
      'client.city': 'Berlin',
    })
  })

  it('never stores an address, readable or not', () => {
    for (const address of ['203.0.113.7', ' 198.51.100.1:80 ', 'gateway-1', '2001:db8::1%eth0', '-']) {
      expect(JSON.stringify(attributes({ kind: 'request', client: { address } }))).not.toContain(`"${address}"`)
    }
  })

  it('says browser, system, device and bot of a user agent', () => {
    const known = { 'client.browser': 'Firefox 143', 'client.os': 'Linux', 'client.device': 'desktop' }
    expect(attributes({ method: 'GET', userAgent: 'x' })).toEqual({ 'client.user_agent': 'x', ...known })
    expect(attributes({ method: 'GET', attributes: { user_agent: 'bot' } })).toEqual({ user_agent: 'bot', ...known, 'client.bot': true })
  })

  it('uses the connection for what browsers report, and for nothing else', () => {
    const connection = { address: '203.0.113.7', userAgent: 'x' }
    expect(attributes({ kind: 'pageview' }, connection)).toMatchObject({ 'client.country': 'DE', 'client.browser': 'Firefox 143' })
    expect(attributes({ message: 'x' }, connection)).toEqual({})
  })
})
