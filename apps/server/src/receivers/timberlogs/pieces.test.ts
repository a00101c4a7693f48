import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type Cut, cutPieces, listStart, type Piece } from './pieces.ts'

const logsIn = (body: Uint8Array = new Uint8Array(0)): unknown[] => (JSON.parse(Buffer.from(body).toString()) as { logs: unknown[] }).logs

async function cut(body: Uint8Array, options: Partial<Cut>): Promise<Piece[]> {
  const start = listStart(body) ?? 0
  const pieces: Piece[] = []
  for await (const piece of cutPieces(body, { start, from: start, leastBytes: 1, mostBytes: 1_000_000, ...options })) pieces.push(piece)
  return pieces
}

it('cut a body into bodies that hold its entries in order, from any of its commas on', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.jsonValue(), { minLength: 1 }), fc.boolean(), fc.nat({ max: 40 }), async (logs, spaced, leastBytes) => {
      const body = Buffer.from(JSON.stringify({ logs }, undefined, spaced ? 1 : undefined))
      const pieces = await cut(body, { leastBytes })
      expect(pieces.flatMap((piece) => logsIn(piece.body))).toEqual(logsIn(body))
      let before: unknown[] = []
      for (const { body: part, end } of pieces.slice(0, -1)) {
        before = [...before, ...logsIn(part)]
        expect(logsIn(Buffer.concat([body.subarray(0, end), Buffer.from(']}')]))).toEqual(before)
        const rest = await cut(body, { leastBytes, from: end + 1 })
        expect([...before, ...rest.flatMap((piece) => logsIn(piece.body))]).toEqual(logsIn(body))
      }
    }),
    { numRuns: 300 },
  )
})

it.each(['{"logs":[{"a":"', '{"logs":[}]}', '{"logs":[1,', '{"logs":[', '{"logs":["\\', '{"logs":[1,2]},{"b":1}'])(
  'leave nothing of %j out',
  async (text) => {
    const head = '{"logs":['
    const pieces = await cut(Buffer.from(text), {})
    const inner = pieces.map((piece, index) =>
      Buffer.from(piece.body ?? [])
        .toString()
        .slice(head.length, index < pieces.length - 1 ? -2 : undefined),
    )
    expect(`${head}${inner.join(',')}`).toBe(text)
  },
)

const LARGE = 'x'.repeat(100)

it.each([
  ['one entry', `{"logs":[1,2,"${LARGE}",3,4]}`, [[1, 2], undefined, [3, 4]]],
  ['the last entry', `{"logs":[1,2,"${LARGE}"]}`, [[1, 2], undefined]],
  ['a text that does not end', `{"logs":[1,2,"${LARGE}`, [[1, 2], undefined]],
  ['a list that does not end', `{"logs":[1,2,[${'7,'.repeat(50)}`, [[1, 2], undefined]],
  ['what stands behind the list', `{"logs":[1,2],"x":["${LARGE}"]}`, [[1], [2], undefined]],
  ['what stands behind an empty list', `{"logs":[],"x":["${LARGE}"`, [[], undefined]],
])('hold no body where %s is too large, and all others', async (_, text, expected) => {
  const pieces = await cut(Buffer.from(text), { leastBytes: 50, mostBytes: 60 })
  expect(pieces.map(({ body }) => body && logsIn(body))).toEqual(expected)
  expect(pieces.at(-1)?.end).toBe(text.length)
})

it('know only the body that the clients send', () => {
  expect(listStart(Buffer.from(' {"logs" : [ 1]}'))).toBe(12)
  for (const text of ['[{"a":1}]', '{"v":1,"logs":[]}', '', 'logs']) expect(listStart(Buffer.from(text))).toBeUndefined()
})
