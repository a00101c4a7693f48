import type { EventJson } from '@heartwood/protocol'
import { describe, expect, it } from 'vitest'
import { readBreadcrumbs } from './breadcrumbs.ts'
import { type Frame, groupFrames, type ReportedError, readErrorReport, splitPlace } from './error-report.ts'

const event = (parts: Partial<EventJson>): EventJson => ({
  id: '01900000-0000-7000-8000-000000000000',
  kind: 'log',
  timestamp: '2026-11-21T09:30:12.500000Z',
  level: 'error',
  message: 'checkout failed',
  ...parts,
})
const frame = (file: string, parts: Partial<Frame> = {}): Frame => ({
  name: 'f',
  file,
  line: 1,
  column: 2,
  inApp: !/node_modules|^node:|^$/.test(file),
  source: undefined,
  ...parts,
})

describe('frames', () => {
  it('of the program stand alone, all others together with their neighbours', () => {
    const files = [
      '/srv/pay.ts',
      '/srv/node_modules/pg/lib/a.js',
      '/srv/node_modules/.pnpm/x@1/node_modules/@scope/x/b.js',
      'node:fs',
      '/srv/main.ts',
      '',
    ]
    const parts = groupFrames(files.map((file) => frame(file)))
    expect(parts.map((part) => (part.kind === 'own' ? part.frame.file : `${part.frames.length} of ${part.of}`))).toEqual([
      '/srv/pay.ts',
      '3 of pg, @scope/x and Node',
      '/srv/main.ts',
      '1 of Node',
    ])
  })

  it('name three at most of those whose they are', () => {
    const [part] = groupFrames(['a', 'b', 'c', 'd', 'a'].map((name) => frame(`/srv/node_modules/${name}/index.js`)))
    expect(part).toMatchObject({ of: 'a, b and 2 more' })
  })

  it('of a function that calls itself are counted', () => {
    const parts = groupFrames([frame('/a.ts', { line: 9 }), ...Array.from({ length: 40 }, () => frame('/a.ts')), frame('/b.ts')])
    expect(parts.map((part) => part.kind === 'own' && part.times)).toEqual([1, 40, 1])
  })

  it('are told where they are, those of libraries from its name on', () => {
    expect(splitPlace(frame('/srv/shop/src/pay.ts'))).toEqual({ folder: '/srv/shop/src/', rest: 'pay.ts:1:2' })
    expect(splitPlace(frame('C:\\srv\\node_modules\\pg\\a.js', { inApp: false }))).toEqual({ folder: 'pg\\', rest: 'a.js:1:2' })
    expect(splitPlace(frame('<anonymous>', { line: 0, column: 0, inApp: false }))).toEqual({ folder: '', rest: '<anonymous>' })
  })
})

describe('an error', () => {
  const source = { preContext: ['    try {'], contextLine: '      pay()', postContext: ['', '    }'] }
  const own = (line: number, parts: object = {}) => ({ function: 'pay', file: '/srv/pay.ts', line, column: 3, inApp: true, ...parts })
  const read = (detail: EventJson['detail'], stack = 'E: x') => readErrorReport(event({ error: { type: 'E', message: 'x', stack }, detail }))
  const sourceOf = (error: ReportedError | undefined, index = 0) => {
    const part = error?.parts[index]
    return part?.kind === 'own' ? part.frame.source : undefined
  }

  it('of which only a stack is known has no report', () => {
    expect(read(undefined)).toBeUndefined()
    expect(read({ frames: 'no list', causes: [1, null] })).toBeUndefined()
    expect(readErrorReport(event({ detail: { frames: [own(1)] } }))).toBeUndefined()
  })

  it('has its lines with numbers, without the indentation of all of them', () => {
    expect(sourceOf(read({ frames: [own(10, source)] })?.errors[0])).toEqual([
      { number: 9, text: 'try {', failing: false },
      { number: 10, text: '  pay()', failing: true },
      { number: 11, text: '', failing: false },
      { number: 12, text: '}', failing: false },
    ])
  })

  it('shares the lines of a place with its causes: they come once', () => {
    const report = read({ frames: [own(10, source), own(10, { cause: 1 })], causes: [{ relation: 'cause', type: 'T', message: 'm', code: 'E1' }] })
    expect(sourceOf(report?.errors[1])?.find(({ failing }) => failing)?.number).toBe(10)
    expect(report?.errors[1]).toMatchObject({ type: 'T', message: 'm', relation: 'cause', depth: 0, properties: [{ name: 'code', value: 'E1' }] })
    expect(report?.tells).toEqual(['frames', 'causes'])
  })

  it('holds its members one deeper, and theirs one more', () => {
    const member = (relation: string, message: string, of?: number) => ({ relation, type: 'T', message, ...(of === undefined ? {} : { of }) })
    const report = read({
      causes: [member('errors', 'a'), member('cause', 'b'), member('errors', 'c'), member('errors', 'd', 2), member('errors', 'e', 0)],
    })
    expect(report?.errors.map(({ message, depth }) => [message, depth])).toEqual([
      ['x', 0],
      ['a', 1],
      ['b', 1],
      ['c', 2],
      ['d', 2],
      ['e', 1],
    ])
  })

  it('of another client shows the lines around its place, and the stack', () => {
    const source = { pre_context: ['def charge():'], context_line: '    raise', post_context: [] }
    const report = readErrorReport(
      event({
        error: { type: 'ValueError', stack: 'Traceback …' },
        attributes: { error: { filename: '/srv/shop.py', line_number: 8 } },
        detail: { source },
      }),
    )
    expect(sourceOf(report?.errors[0])?.[1]).toEqual({ number: 8, text: '    raise', failing: true })
    expect(report).toMatchObject({ errors: [{ type: 'ValueError', stack: 'Traceback …' }], tells: ['source'] })
  })

  it('has its part of the stack as text where no frames came', () => {
    const stack = 'E: x\n    at pay (/srv/pay.ts:10:3)\nCaused by: TypeError: deep\n    at f (/srv/f.ts:1:1)\nCaused by: string: the disk'
    const report = read({ frames: [own(10)], causes: [{ relation: 'cause', type: 'TypeError', message: 'deep' }] }, stack)
    expect(report?.errors.map(({ stack }) => stack)).toEqual([undefined, 'TypeError: deep\n    at f (/srv/f.ts:1:1)'])
    const unnamed = read({ frames: [own(10), own(11, { cause: 1 })] }, stack)
    expect(unnamed?.errors[1]).toMatchObject({ type: 'TypeError', message: 'deep', relation: 'cause' })
  })
})

it('breadcrumbs say how long before the event they were, whoever sent them', () => {
  const at = Date.parse('2026-11-21T09:30:12.500Z')
  const crumbs = readBreadcrumbs(
    event({
      detail: {
        breadcrumbs: [
          { timestamp: at - 1_500, category: 'http', message: 'GET /', level: 'info', data: { status: 200 } },
          { timestamp: at / 1_000 - 1, type: 'query', message: 'SELECT 1', level: 'loud', data: null },
          { timestamp: '2026-11-21T09:30:12Z', message: { odd: 1 } },
          'a text',
          { timestamp: 1e99 },
        ],
      },
    }),
  )
  expect(crumbs?.map(({ offsetMs, category, message, level, data }) => [offsetMs, category, message, level, data])).toEqual([
    [-1_500, 'http', 'GET /', 'info', 'status 200'],
    [-1_000, 'query', 'SELECT 1', undefined, ''],
    [-500, '', '{"odd":1}', undefined, ''],
    [undefined, '', 'a text', undefined, ''],
    [undefined, '', '', undefined, ''],
  ])
  expect(readBreadcrumbs(event({ detail: { breadcrumbs: [] } }))).toBeUndefined()
})
