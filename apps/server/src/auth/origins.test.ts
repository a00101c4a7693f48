import { describe, expect, it } from 'vitest'
import { decidePreflight } from './cors.ts'
import { isOriginAllowed, parseOriginPattern } from './origins.ts'

describe('origins of a browser key', () => {
  it.each([
    ['https://shop.example', 'https://shop.example'],
    [' HTTPS://Shop.Example:443/cart?x=1 ', 'https://shop.example'],
    ['http://localhost:3000', 'http://localhost:3000'],
    ['https://*.shop.example', 'https://*.shop.example'],
    ['www.Shop.example/path', 'shop.example'],
    ['*.shop.example', 'shop.example'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['capacitor://localhost', 'capacitor://localhost'],
    ['*', '*'],
    ['', undefined],
    ['https://', undefined],
    ['https://*', undefined],
    ['localhost', 'localhost'],
    ['http://intranet', 'http://intranet'],
    ['intranet:8080', 'intranet:8080'],
    ['notaurl', undefined],
    ['com', undefined],
    ['not an origin', undefined],
    ['https://a b', undefined],
    ['https://user@shop.example', undefined],
    ['https://*.*.example', undefined],
  ])('are read from %j as %j', (text, pattern) => {
    expect(parseOriginPattern(text)).toBe(pattern)
  })

  it.each([
    ['https://shop.example', 'https://shop.example', true],
    ['https://shop.example', 'https://shop.example:8443', false],
    ['https://shop.example', 'http://shop.example', false],
    ['https://shop.example', 'https://a.shop.example', false],
    ['https://*.shop.example', 'https://a.b.shop.example', true],
    ['https://*.shop.example', 'https://evilshop.example', false],
    ['https://*.shop.example', 'https://shop.example', false],
    ['shop.example', 'http://www.shop.example:8080', true],
    ['shop.example', 'https://eu.shop.example', true],
    ['shop.example', 'https://shop.example.evil', false],
    ['localhost:3000', 'http://localhost:3001', false],
    ['capacitor://localhost', 'capacitor://localhost', true],
    ['shop.example', 'null', false],
    ['shop.example', undefined, false],
    ['*', 'null', true],
    ['*', undefined, true],
  ])('%j for a page at %j: %j', (pattern, page, allowed) => {
    expect(isOriginAllowed([pattern], page)).toBe(allowed)
  })

  it('get a preflight answered when some key names them, and nothing else does', () => {
    const knows = (origin: string): boolean => origin === 'https://shop.example'
    expect(decidePreflight('https://shop.example', knows)).toMatchObject({
      'access-control-allow-origin': 'https://shop.example',
      'access-control-allow-headers': expect.stringContaining('X-API-Key'),
    })
    expect(decidePreflight('https://evil.example', knows)).toEqual({ vary: 'Origin' })
    expect(decidePreflight(undefined, knows)).toEqual({ vary: 'Origin' })
  })
})
