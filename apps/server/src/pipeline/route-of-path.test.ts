import { describe, expect, it } from 'vitest'
import { routeOf, routeOfPath } from './route-of-path.ts'

describe('the route of a path', () => {
  it.each([
    ['/users/7', '/users/:id'],
    ['/users/7/orders/1042?page=2#end', '/users/:id/orders/:id'],
    ['/carts/3F2504E0-4F89-11D3-9A0C-0305E82C3301/items', '/carts/:id/items'],
    ['/files/9f86d081884c7d65', '/files/:id'],
    ['/posts/507f1f77bcf86cd799439011', '/posts/:id'],
    ['/reset/eyJhbGciOiJIUzI1NiJ9', '/reset/:id'],
    ['/share/V1StGXR8Z5jdHi6BmyT', '/share/:id'],
    ['/reports/2026-11-21', '/reports/:id'],
    ['/orders/order-12345', '/orders/order-:id'],
    ['/people/ann%40example.com', '/people/:email'],
    ['https://shop.example/pay/12', '/pay/:id'],
    ['//', '/'],
    ['', ''],
  ])('%s is one of %s', (path, route) => expect(routeOfPath(path)).toBe(route))

  it.each([
    '/api/v1/health',
    '/api/1.0/status',
    '/oauth2/token',
    '/assets/logo-2x.png',
    '/blog/how-we-cut-our-bill-in-2-steps',
    '/a/very/long/path/of/ordinary-words-and-nothing-else/index.html',
  ])('%s stays as it is', (path) => expect(routeOfPath(path)).toBe(path))

  it('keeps a pattern that was sent, and replaces the path that stands in its place', () => {
    expect(routeOf('/users/<int:uid>', '/users/7')).toBe('/users/<int:uid>')
    expect(routeOf('users#show', '/users/7')).toBe('users#show')
    expect(routeOf('/users/7', '/users/7?tab=1')).toBe('/users/:id')
    expect(routeOf('', '/users/7')).toBe('/users/:id')
  })
})
