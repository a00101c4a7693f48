import { expect, it } from 'vitest'
import { createTargets, type Targets } from './propagation-targets.ts'

it.each<[Targets | undefined, string, boolean]>([
  [undefined, 'https://anywhere.example/', true],
  [[], 'https://api.example.com/', false],
  [['api.example.com'], 'https://api.example.com/orders', true],
  [['api.example.com'], 'https://api.example.com.attacker.example/', false],
  [['api.example.com/v1'], 'https://api.example.com/v2', false],
  [['localhost:3000'], 'http://localhost:3000/', true],
  [['localhost:3000'], 'http://localhost:3001/', false],
  [['.example.com'], 'https://eu.api.example.com/', true],
  [['.example.com'], 'https://notexample.com/', false],
  [['https://api.example.com/v1'], 'https://api.example.com/v1/orders', true],
  [['https://api.example.com/v1'], 'http://api.example.com/v1/orders', false],
  [[/^https:\/\/[a-z]+\.internal\//g], 'https://till.internal/x', true],
  [(url) => url.endsWith('/x'), 'https://till.internal/x', true],
])('with %j the service at %s hears of the trace: %s', (targets, url, expected) => {
  const isTarget = createTargets(targets)
  expect([isTarget(url), isTarget(url)]).toEqual([expected, expected])
})
