import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type NodeOptions, parseNodeOptions } from './options.ts'

// Programs in JavaScript pass anything.
const parse = (options: object = {}, environment: Record<string, string> = {}) =>
  parseNodeOptions({ apiKey: 'k', ...options } as NodeOptions, environment, () => undefined)

describe('options of Node', () => {
  it('have the documented defaults', () => {
    expect(parse()).toMatchObject({ spool: undefined, integrations: undefined, propagateTo: undefined, exitTimeout: 2_000 })
    expect(parse().core.host).not.toBe('')
    expect(parse({ spool: 'queue' }).spool).toEqual({ directory: resolve('queue'), maxBytes: 67_108_864, maxAgeHours: 72 })
  })

  it('can be set by the environment, and the program wins', () => {
    const environment = {
      HEARTWOOD_SPOOL: '/var/spool/shop',
      HEARTWOOD_PROPAGATE_TO: 'https://a.example, https://b.example',
      HEARTWOOD_EXIT_TIMEOUT: '500',
    }
    expect(parse({}, environment)).toMatchObject({
      spool: { directory: '/var/spool/shop' },
      propagateTo: ['https://a.example', 'https://b.example'],
      exitTimeout: 500,
    })
    expect(parse({ spool: false, exitTimeout: 0 }, environment)).toMatchObject({ spool: undefined, exitTimeout: 0 })
    expect(parse({}, { HEARTWOOD_SPOOL: 'off' }).spool).toBeUndefined()
  })

  it.each([
    [{ spool: true }, '`spool` must be false, the path of a folder or an object with `directory`, not true.'],
    [{ spool: { maxBytes: 1 } }, '`spool.directory` must be the path of a folder, not undefined.'],
    [{ spool: { directory: 'x', maxBytes: 1 } }, '`spool.maxBytes` must be a whole number from 65536 to 1099511627776, not 1.'],
    [{ spool: { directory: 'x', maxAge: 1 } }, 'There is no option `spool.maxAge`. Did you mean `spool.maxAgeHours`?'],
    [{ integrations: [() => undefined] }, '`integrations[0]` must be an integration, such as `consoleCapture()`, not a function.'],
    [{ propagateTo: 'x' }, '`propagateTo` must be a list of texts and regular expressions, not "x".'],
    [{ exitTimeout: -1 }, '`exitTimeout` must be a whole number from 0 to 60000, not -1.'],
    [{ exitTimout: 1 }, 'There is no option `exitTimout`. Did you mean `exitTimeout`?'],
  ])('that are wrong fail with a sentence: %j', (options, sentence) => {
    expect(() => parse(options)).toThrow(sentence)
  })
})
