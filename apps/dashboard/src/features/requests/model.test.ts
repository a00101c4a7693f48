import { expect, it } from 'vitest'
import { formatRate, orderRoutes, type RouteLine, readOrder, writeOrder } from './model.ts'

const line = (route: string, parts: Partial<RouteLine>): RouteLine => ({
  service: 'web',
  method: 'GET',
  route,
  count: 1,
  perMinute: 1,
  ok: 1,
  clientErrors: 0,
  serverErrors: 0,
  errorShare: 0,
  p50Ms: null,
  p95Ms: null,
  p99Ms: null,
  apdex: null,
  lastAt: '2026-11-21T12:00:00Z',
  ...parts,
})

it('orders routes both ways, and those that say nothing stand last in both', () => {
  const lines = [line('/none', {}), line('/slow', { p95Ms: 900 }), line('/fast', { p95Ms: 9 })]
  const names = (order: string): string[] => orderRoutes(lines, readOrder(order)).map(({ route }) => route)
  expect(names('-p95')).toEqual(['/slow', '/fast', '/none'])
  expect(names('p95')).toEqual(['/fast', '/slow', '/none'])
  expect(names('route')).toEqual(['/fast', '/none', '/slow'])
  expect(names('constructor')).toEqual(['/none', '/slow', '/fast'])
  expect(writeOrder(readOrder('-p95'))).toBe('-p95')
})

it('writes rates in the unit that reads best', () => {
  expect([6_000, 120, 3.77, 0.5, 0.004].map(formatRate)).toEqual(['100/s', '120/min', '3.8/min', '30/h', '5.8/day'])
})
