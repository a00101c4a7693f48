import { describe, expect, it } from 'vitest'
import { controlFlowStatus } from './next-control-flow.ts'
import { routeOf } from './next-route.ts'

describe('the pattern of a route of Next', () => {
  it.each([
    ['/api/orders/7', { id: '7' }, '/api/orders/[id]'],
    ['/users/users', { name: 'users' }, '/users/[name]'],
    ['/shops/a/orders/a', { shop: 'a', order: 'a' }, '/shops/[shop]/orders/[order]'],
    ['/docs/a/b%20c/a', { path: ['a', 'b c', 'a'] }, '/docs/[...path]'],
    ['/docs/a%2Fb', { path: ['a%2Fb'] }, '/docs/[...path]'],
    ['/docs', { path: undefined }, '/docs'],
    ['/de/docs/x', { lang: 'de', path: ['x'] }, '/[lang]/docs/[...path]'],
    ['/broken%', { id: 'broken%' }, '/[id]'],
    ['/rewritten/7', { id: '8' }, undefined],
    ['/health', {}, '/health'],
  ])('of %s with %o is found: %s', (path, params, route) => {
    expect(routeOf(path, params)).toBe(route)
  })
})

describe('what Next throws to answer', () => {
  it.each([
    ['NEXT_REDIRECT;replace;/a;b;307;', 307],
    ['NEXT_REDIRECT;push;/a;308;', 308],
    ['NEXT_HTTP_ERROR_FALLBACK;404', 404],
    ['DYNAMIC_SERVER_USAGE', 0],
    ['1234567', undefined],
    [undefined, undefined],
  ])('is told from errors: %s is %s', (digest, status) => {
    expect(controlFlowStatus(Object.assign(new Error('x'), { digest }))).toBe(status)
  })

  it('may be anything', () => {
    for (const thrown of [undefined, null, 'text', 7]) expect(controlFlowStatus(thrown)).toBeUndefined()
  })
})
