import type { Client } from '@heartwood/sdk-core'
import { describe, expect, it } from 'vitest'
import { markReported } from '../reported.ts'
import { heartwoodNestLogger, type NestLogger } from './nest-logger.ts'

type Captured = Parameters<Client['capture']>[0]

const withLogger = (log: (logger: NestLogger) => void): Captured[] => {
  const events: Captured[] = []
  // Of a client the logger needs no more.
  const client = {
    isLevelEnabled: (level: string) => level !== 'trace',
    capture: (event: Captured) => String(events.push(event)),
  } as unknown as Client
  log(heartwoodNestLogger({ client }))
  return events
}

const STACK = 'TypeError: no card\n    at pay (/app/pay.js:3:9)'

describe('the logger of Nest', () => {
  it('makes events of its levels, with the context as an attribute', () => {
    const events = withLogger((logger) => {
      logger.log('mapped', 'Router')
      logger.warn('slow', { ms: 12 }, 'Orders')
      logger.debug('plain')
      logger.verbose('not wanted')
      logger.fatal('gone', undefined, 'Main')
    })
    expect(events).toEqual([
      { level: 'info', message: 'mapped', attributes: { context: 'Router' } },
      { level: 'warn', message: 'slow', attributes: { ms: 12, context: 'Orders' } },
      { level: 'debug', message: 'plain', attributes: {} },
      { level: 'fatal', message: 'gone', attributes: { context: 'Main' } },
    ])
  })

  it('takes errors as such, and stacks that came as text', () => {
    const error = new RangeError('too far')
    const events = withLogger((logger) => {
      logger.error(error, undefined, 'Orders')
      logger.error('payment failed', STACK, 'Orders')
      logger.error('payment failed', STACK)
      logger.error('payment failed', 'Orders')
    })
    expect(events[0]).toEqual({ level: 'error', message: 'too far', attributes: { context: 'Orders' }, error })
    expect(events[1]).toMatchObject({ message: 'payment failed', attributes: { context: 'Orders' }, error: { name: 'TypeError', stack: STACK } })
    expect(events[2]).toMatchObject({ attributes: {}, error: { stack: STACK } })
    expect(events[3]).not.toHaveProperty('error')
  })

  it('does not tell again of an exception that was captured', () => {
    const error = new Error('once')
    markReported(error)
    expect(withLogger((logger) => logger.error(error, undefined, 'ExceptionsHandler'))).toEqual([])
  })

  it('hands each call on to the logger beside it', () => {
    const printed: unknown[][] = []
    const also = { log: (...args: unknown[]) => printed.push(args), error: () => {}, warn: () => {} }
    const client = { isLevelEnabled: () => false } as unknown as Client
    const logger = heartwoodNestLogger({ client, also })
    logger.log('mapped', 'Router')
    logger.debug('nobody prints that')
    expect(printed).toEqual([['mapped', 'Router']])
  })
})
