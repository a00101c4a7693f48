import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeEach, describe, expect, it } from 'vitest'
import { peers, preparePeers, runProgram, useFakeServer } from './harness.ts'

const guides = fileURLToPath(new URL('../../docs/guides/', import.meta.url))
const CODE = /^```js\n(.*?)^```$/gms

const server = useFakeServer()
beforeEach(() => server.answer(({ path }) => (path === '/api/v1/feedback' ? { status: 202, body: { feedback_id: 'fb_1' } } : undefined)))

/** The first program of a guide that uses the SDK, where the packed SDK is found by its name. */
const programOf = (system: string): string => {
  const text = readFileSync(join(guides, `node-from-${system}.md`), 'utf8')
  const program = [...text.matchAll(CODE)].map(([, code = '']) => code).find((code) => code.includes("from '@heartwood/node'"))
  if (program === undefined) throw new Error(`docs/guides/node-from-${system}.md shows no program.`)
  const file = `guides/${system}.mjs`
  mkdirSync(join(peers, 'programs', 'guides'), { recursive: true })
  writeFileSync(join(peers, 'programs', file), program)
  return file
}

describe.skipIf(!preparePeers())('the program that a migration guide shows', () => {
  it.each<[string, object[]]>([
    [
      'lognitor',
      [
        {
          level: 'info',
          message: 'load order',
          service: 'shop',
          release: '2.1.0',
          userId: 'u-7',
          attributes: { perf: { durationMs: expect.any(Number) } },
        },
        {
          level: 'error',
          message: 'payment failed',
          tags: ['money'],
          attributes: { module: 'billing', orderId: 'A-1', action: 'checkout', user: { plan: 'pro' } },
          error: { type: 'CardError', message: 'card declined' },
          detail: { breadcrumbs: [{ category: 'cart', message: 'item added' }] },
        },
      ],
    ],
    [
      'timberlogs',
      [
        { message: 'started', tags: ['boot'], userId: 'u-7', sessionId: 's-1', service: 'checkout-api' },
        { message: 'cart validated', flowId: expect.stringMatching(/^checkout-/), stepIndex: 0, attributes: { items: 3 } },
        { message: 'payment failed', flowId: expect.stringMatching(/^checkout-/), stepIndex: 1, error: { type: 'Error', message: 'card declined' } },
        { level: 'warn', message: 'slow', requestId: 'r-1', dataset: 'web', attributes: { ms: 812 } },
      ],
    ],
    [
      'tracehub',
      [
        { message: 'invoice made', service: 'billing', attributes: { module: 'invoices', order: { id: 'A-1' } } },
        { level: 'error', message: 'bad number', attributes: { module: 'pricing' }, error: { type: 'SyntaxError' } },
      ],
    ],
    [
      'micrologs',
      [
        { kind: 'audit', attributes: { audit: { action: 'order.placed', actor: 'ann@example.com' }, orderId: 'A-1' } },
        { level: 'fatal', environment: 'staging', request: { path: '/api/checkout' }, error: { type: 'RangeError', message: 'card declined' } },
      ],
    ],
    [
      'microlog',
      [
        { message: 'load rows', attributes: { perf: { durationMs: expect.any(Number) } } },
        { message: 'rows', attributes: { count: 3, 'code.file.path': expect.stringMatching(/microlog\.mjs$/) } },
        {
          level: 'warn',
          message: 'two rows are empty',
          attributes: { 'code.line.number': expect.any(Number) },
          detail: { callStack: expect.stringMatching(/^console\.warn\n {4}at .*microlog\.mjs/) },
        },
      ],
    ],
  ])('%s runs, and sends what it says', async (system, expected) => {
    const { code, stderr } = await runProgram(programOf(system), { env: server.env })
    expect([code, stderr.replace('two rows are empty\n', '')]).toEqual([0, ''])
    expect(server.events()).toMatchObject(expected)
  })
})
