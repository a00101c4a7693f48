import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createCounts } from './counts.ts'
import type { ResolvedOptions } from './options.ts'
import { createPrepare } from './prepare/prepare.ts'
import { bind, copyOptions } from './record-options.ts'
import { createScope, type Scope } from './scope.ts'
import type { Breadcrumb, EventOptions, FlowPosition, RequestInfo, TraceContext, User } from './types.ts'
import { createSnapshots } from './values/snapshot.ts'

const snapshots = createSnapshots()
const newScope = (): Scope => createScope({ snapshots, now: () => 1, maxBreadcrumbs: () => 10 })
const options = { service: '', environment: '', release: '', host: '', dataset: '', redact: false, scrubUrlParams: [], maxEventBytes: 10_000_000 }

/** The line of an event of the scope, read again. */
const written = (scope: Scope, given: EventOptions = {}, ofLogger: EventOptions = {}) => {
  const errors: Error[] = []
  const prepare = createPrepare({
    options: () => options as unknown as ResolvedOptions, // the rest of the options is not read
    counts: createCounts(),
    report: (error) => errors.push(error),
    listeners: new Set(),
  })
  const line = prepare({
    id: 'e1',
    timestamp: 1,
    kind: 'log',
    level: 'error',
    message: 'm',
    attributes: undefined,
    bindings: bind(snapshots, undefined, {}, ofLogger),
    scope: scope.data,
    options: copyOptions(snapshots, given).options,
    error: undefined,
    breadcrumbs: scope.data.breadcrumbs?.list(),
    sizeBytes: 0,
  })
  expect(errors).toEqual([])
  return JSON.parse(line ?? 'null')
}

const anything = fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withNullPrototype: true, withTypedArray: true })

it('loses no event whatever a program without types sets', () => {
  fc.assert(
    fc.property(
      anything,
      fc.constantFrom('user', 'request', 'trace', 'flow', 'tags', 'fingerprint', 'perf', 'detail', 'requestId', 'kind'),
      (value, name) => {
        const scope = newScope()
        scope
          .setUser(value as User)
          .setRequest(value as RequestInfo)
          .setTrace(value as TraceContext)
          .setFlow(value as FlowPosition)
        scope.setUser({ id: value as string, name: value as string }).setRequest({ method: value as string, status: value as number })
        scope.setTrace({ traceId: value as string, spanId: value as string }).setFlow({ id: value as string, step: value as number })
        scope
          .setSession(value as string)
          .setRequestId(value as string)
          .addTags(value as string)
        scope.setContext('c', value as object)
        scope.addBreadcrumb({ message: value as string, category: value as string, timestamp: value as number })
        expect(written(scope, { [name]: value }, { service: value as string, sessionId: value as string })).toMatchObject({ message: 'm' })
        written(scope, { user: { id: value as string }, flow: { id: value as string, step: value as number }, dataset: value as string })
      },
    ),
  )
})

it('keeps what was set as it was then, at any depth', () => {
  const scope = newScope()
  const request = { method: 'GET', headers: { accept: 'x', size: 1n } }
  const trace = { traceId: 't1', spanId: 's1' }
  const crumb = { message: 'clicked', data: { at: [1] }, where: { x: 1 } } as Breadcrumb & { data: { at: number[] }; where: { x: number } }
  scope.setRequest(request).setTrace(trace).addBreadcrumb(crumb)
  Object.assign(request.headers, { accept: 'changed' })
  trace.traceId = 'changed'
  crumb.data.at.push(2)
  crumb.where.x = 2
  expect(written(scope)).toMatchObject({
    traceId: 't1',
    request: { method: 'GET', headers: { accept: 'x', size: '1' } },
    detail: { breadcrumbs: [{ message: 'clicked', timestamp: 1, data: { at: [1] }, where: { x: 1 } }] },
  })
})

it('takes undefined and null for nothing', () => {
  const scope = newScope().setUser({ id: '7', name: 'Ann' }).setRequestId('r1')
  const nothing = undefined as unknown as null
  scope.setRequest({ method: 'GET', route: undefined } as unknown as RequestInfo)
  const line = written(scope, { user: { id: undefined }, requestId: nothing, tags: nothing, trace: nothing } as unknown as EventOptions)
  expect(line).toMatchObject({ requestId: 'r1', request: { method: 'GET' } })
  expect(Object.keys(line.request)).toEqual(['method'])
  expect([line.userId, line.attributes?.user, line.tags, line.traceId]).toEqual([undefined, undefined, undefined, undefined])
  scope.setUser(nothing).setRequestId(nothing).setTrace(nothing).setRequest(nothing).setFlow(nothing).setSession(nothing)
  expect(Object.keys(written(scope)).sort()).toEqual(['heartwood.event_id', 'level', 'message', 'timestamp'])
})

it.each<[string, EventOptions, EventOptions]>([
  ['of the event', { user: { id: 'me' } }, {}],
  ['of the logger', {}, { user: { id: 'me' } }],
  ['of the event before that of the logger', { user: { id: 'me' } }, { user: { id: 'child', plan: 'free' } }],
])('a user %s takes the place of that of the scope, with everything known about him', (_, given, ofLogger) => {
  const scope = newScope().setUser({ id: 'you', email: 'you@example.com' })
  const { userId, attributes } = written(scope, given, ofLogger)
  expect([userId, attributes?.user]).toEqual(['me', undefined])
})

it('lets a logger and an event say another environment and release, and an event its own breadcrumbs', () => {
  const scope = newScope().addBreadcrumb({ message: 'of the scope' })
  const ofLogger = { environment: 'staging', release: '1' }
  expect(written(scope, { release: '2', detail: { breadcrumbs: [{ message: 'own' }] } }, ofLogger)).toMatchObject({
    environment: 'staging',
    release: '2',
    detail: { breadcrumbs: [{ message: 'own' }] },
  })
})

it('adds tags, or puts others in their place', () => {
  const scope = newScope().addTags('a', 'b').addTags('b', 'c')
  expect(written(scope).tags).toEqual(['a', 'b', 'c'])
  expect(written(scope.setTags(['d', 'd'])).tags).toEqual(['d'])
  expect(written(scope.setTags(null)).tags).toBeUndefined()
})
