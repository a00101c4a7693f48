import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FrameReader, MAX_MESSAGE_BYTES } from './frame-reader.ts'

function read(chunks: Buffer[]): string[] {
  const messages: string[] = []
  const reader = new FrameReader((message) => messages.push(message.toString()))
  for (const chunk of chunks) reader.push(chunk)
  reader.end()
  return messages
}

const counted = (text: string): string => `${Buffer.byteLength(text)} ${text}`

describe('frames of syslog over TCP', () => {
  it('reads lines, counted messages, and both in one connection', () => {
    const stream = `<13>one\n${counted('<14>two\nlines')}${counted('<15>grüße')}\n<16>four\r\n2026 not counted\n<17>no end`
    expect(read([Buffer.from(stream)])).toEqual(['<13>one', '<14>two\nlines', '<15>grüße', '<16>four\r', '2026 not counted', '<17>no end'])
  })

  it('reads the same however the network cuts the stream', () => {
    const message = fc.string({ minLength: 1, maxLength: 20 }).map((text) => `<13>${text.replace(/[\n\r\0]/g, '_')}`)
    const frames = fc.array(fc.tuple(message, fc.boolean()), { minLength: 1, maxLength: 10 })
    fc.assert(
      fc.property(frames, fc.array(fc.nat(15), { minLength: 1 }), (sent, cuts) => {
        const stream = Buffer.from(sent.map(([text, count]) => (count ? counted(text) : `${text}\n`)).join(''))
        const chunks: Buffer[] = []
        for (let at = 0, turn = 0; at < stream.length; turn++) {
          const size = (cuts[turn % cuts.length] ?? 0) + 1
          chunks.push(stream.subarray(at, at + size))
          at += size
        }
        expect(read(chunks)).toEqual(sent.map(([text]) => text))
      }),
      { numRuns: 300 },
    )
  })

  it('cuts what is too long and finds the next message', () => {
    const long = `<13>${'x'.repeat(MAX_MESSAGE_BYTES * 2)}`
    const messages = read([Buffer.from(`${long}\n<13>next\n${counted(long)}<13>last\n`)])
    expect(messages.map((message) => message.length)).toEqual([MAX_MESSAGE_BYTES, 8, MAX_MESSAGE_BYTES, 8])
  })

  it('holds no more than one message of a peer that never ends one', () => {
    const reader = new FrameReader(() => undefined)
    const chunk = Buffer.alloc(64 * 1024, 'a')
    for (let round = 0; round < 100; round++) reader.push(chunk)
    // What it holds is nobody's business but of this test: memory has no other face.
    expect((reader as unknown as { held: number }).held).toBe(MAX_MESSAGE_BYTES)
  })
})
