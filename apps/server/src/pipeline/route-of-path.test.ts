import { describe, expect, it } from 'vitest'
import { routeOfPath } from './route-of-path.ts'

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
    ['/e/a@b.com', '/e/:email'],
    ['/a/deadbeef', '/a/:id'],
    ['/commit/a1b2c3d', '/commit/:id'],
    ['/u/12abc', '/u/:id'],
    ['/u/user123', '/u/:id'],
    ['/x/ord_8fj39fk20d', '/x/ord_:id'],
    ['/x/cus_NffrFeUfNV2Hib', '/x/cus_:id'],
    ['/orders/order-17', '/orders/order-:id'],
    ['/blog/red-shoes-10429', '/blog/:id'],
    ['/blog/42-red-shoes', '/blog/:id'],
    ['/s/aB3dE9xZ', '/s/:id'],
    ['/s/01ARZ3NDEKTSV4RRFFQ69G5FAV', '/s/:id'],
    ['/confirm/kJhGtRfDeSwAqZxCvBnM', '/confirm/:id'],
    ['/k/AKIAIOSFODNN7EXAMPLE', '/k/:id'],
    ['/jwt/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmN-Hl0w5N_XgL0n3I9PlFUP0THsR8', '/jwt/:id'],
    ['/at/2026-11-21T10:00:00Z/x', '/at/:id/x'],
    ["/odata/Users(42)/Orders('x')", '/odata/Users(:id)/Orders(:id)'],
    ['/cart;jsessionid=1E6FEC0D14D044541DD84D2D013D29ED', '/cart'],
    ['/cart;jsessionid=AB12/items;v=2', '/cart/items'],
    ['/static/app.1a2b3c4d.js', '/static/app.:id.js'],
    ['/static/app.1a2b3c4d.js.map', '/static/app.:id.js.map'],
    ['/static/css/main.55e7cbb9ba48.chunk.css', '/static/css/main.:id.chunk.css'],
    ['/assets/index-DiwrgTda.js', '/assets/index-:id.js'],
    ['/assets/index-B_k-3a9d.css', '/assets/index-:id.css'],
    ['/assets/main-5YXK2F7Q.js', '/assets/main-:id.js'],
    ['/assets/logo-9a8b7c6d.png', '/assets/logo-:id.png'],
    ['/_next/static/chunks/4bd1b696-100b9d70ed4e49c1.js', '/_next/static/chunks/:id.js'],
    ['/files/3f2504e0-4f89-11d3-9a0c-0305e82c3301.pdf', '/files/:id.pdf'],
    ['/photos/img_1234.jpg', '/photos/img_:id.jpg'],
    ['https://shop.example/pay/12', '/pay/:id'],
    ['//', '/'],
    ['', ''],
  ])('%s is one of %s', (path, route) => expect(routeOfPath(path)).toBe(route))

  it.each([
    '/api/v1/health',
    '/api/1.0/status',
    '/oauth2/token',
    '/api/v2/decade',
    '/added/face/feed/facade/cafe/defaced',
    '/apis/apps/v1alpha1/deployments',
    '/login/2fa',
    '/s3/ec2/k8s/i18n/a11y/b2b/mp3',
    '/hash/sha256/base64/utf8/x509',
    '/s3bucket/getOauth2Token',
    '/getUserProfileSettings/thisIsATest',
    '/fonts/OpenSans-SemiBold.woff2',
    '/icons/favicon-32x32.png',
    '/js/jquery-3.7.1.min.js',
    '/assets/logo-2x.png',
    '/tag/caf%C3%A9',
    '/search/new%20york',
    '/broken/%E0%A4',
    '/pkg@1.2.3/index.html',
    '/@ann/settings',
    '/blog/how-we-cut-our-bill-in-2-steps',
    '/a/very/long/path/of/ordinary-words-and-nothing-else/index.html',
  ])('%s stays as it is', (path) => expect(routeOfPath(path)).toBe(path))

  it('makes one route of each kind of path, however many there are', () => {
    const random = mulberry(7)
    const of = (letters: string, length: number) => Array.from({ length }, () => letters[Math.floor(random() * letters.length)]).join('')
    const small = '0123456789abcdef'
    const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
    const routes = new Map<string, number>()
    for (let i = 0; i < 1000; i++) {
      for (const path of [
        `/static/app.${of(small, 8)}.js`,
        `/assets/index-${of(`${base62}-_`, 8)}.js`,
        `/users/${i}`,
        `/a/${of(small, 8)}`,
        `/s/${of(base62, 22)}`,
        `/x/ord_${of('0123456789abcdefghijklmnopqrstuvwxyz', 12)}`,
      ]) {
        const route = routeOfPath(path)
        routes.set(route, (routes.get(route) ?? 0) + 1)
      }
    }
    const six = ['/static/app.:id.js', '/assets/index-:id.js', '/users/:id', '/a/:id', '/s/:id', '/x/ord_:id']
    // A token of letters alone reads like a word now and then.
    for (const route of six) expect(routes.get(route), route).toBeGreaterThan(930)
  })

  it('is not held up by text made to hold it up', () => {
    for (const piece of ['A', 'aB', '1-', ';a', ':id', '%2', 'a.b', '-:id', '0x', 'a_1']) {
      for (const end of ['!', '.js', '@', ';']) expect(routeOfPath(`/${piece.repeat(10_000)}${end}`)).toMatch(/^\//)
    }
  })
})

/** Small generator of numbers in [0, 1) that gives the same at each run. */
function mulberry(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
