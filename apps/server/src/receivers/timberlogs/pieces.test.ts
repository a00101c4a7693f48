import fc from 'fast-check'
import { expect, it } from 'vitest'
import { cutPieces, listStart } from './pieces.ts'

const logsIn = (body: Uint8Array): unknown[] => (JSON.parse(Buffer.from(body).toString()) as { logs: unknown[] }).logs

it('cut a body into bodies that hold its entries in order, and say how many and where they end', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue(), { minLength: 1 }), fc.boolean(), fc.nat({ max: 40 }), (logs, spaced, leastBytes) => {
      const text = JSON.stringify({ logs }, undefined, spaced ? 1 : undefined)
      const body = Buffer.from(text)
      const pieces = [...cutPieces(body, listStart(body) ?? 0, leastBytes)]
      expect(pieces.flatMap((piece) => logsIn(piece.body))).toEqual(logsIn(body))
      let before = 0
      for (const piece of pieces) {
        expect(logsIn(piece.body)).toHaveLength(piece.entries)
        before += piece.entries
        if (piece !== pieces.at(-1)) expect(logsIn(Buffer.concat([body.subarray(0, piece.end), Buffer.from(']}')]))).toHaveLength(before)
      }
    }),
    { numRuns: 1_000 },
  )
})

it.each(['{"logs":[{"a":"', '{"logs":[}]}', '{"logs":[1,', '{"logs":[', '{"logs":["\\', '{"logs":[1,2]},{"b":1}'])(
  'leave nothing of %j out',
  (text) => {
    const head = '{"logs":['
    const body = Buffer.from(text)
    const pieces = [...cutPieces(body, head.length, 1)]
    const inner = pieces.map((piece, index) =>
      Buffer.from(piece.body)
        .toString()
        .slice(head.length, index < pieces.length - 1 ? -2 : undefined),
    )
    expect(`${head}${inner.join(',')}`).toBe(text)
  },
)

it('know only the body that the clients send', () => {
  expect(listStart(Buffer.from(' {"logs" : [ 1]}'))).toBe(12)
  for (const text of ['[{"a":1}]', '{"v":1,"logs":[]}', '', 'logs']) expect(listStart(Buffer.from(text))).toBeUndefined()
})
