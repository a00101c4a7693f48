import { Buffer } from 'node:buffer'
import { describe, expect, test } from 'vitest'
import { refuseUnreadable } from './unpack.ts'

/** Every byte as often as any other, as in packed or encrypted files. */
const evenly = Buffer.from(Array.from({ length: 4096 }, (_, index) => (index * 167) % 256))

describe('what is not text', () => {
  test('is refused also when it is not full of NULs', () => {
    expect(() => refuseUnreadable(evenly, 'core.dat')).toThrow('core.dat is not text')
  })

  test.each([
    ['a hole after a crash', `${'\0'.repeat(20)}${'2024-05-01 12:00:00 INFO up\n'.repeat(40)}`],
    ['colours', '\x1b[32mINFO\x1b[0m up\r\n'.repeat(40)],
    ['FIX messages', '8=FIX.4.4\x0135=D\x0149=A\x0156=B\x01\n'.repeat(40)],
    ['Latin-1', Buffer.from('für größere Mühe\n'.repeat(40), 'latin1')],
  ])('is not a text with %s', (_name, text) => {
    expect(() => refuseUnreadable(Buffer.from(text), 'app.log')).not.toThrow()
  })
})
