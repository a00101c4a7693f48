import { randomBytes } from 'node:crypto'
import type { UnixMicros } from '@heartwood/protocol'

/** Makes UUIDv7s that rise in the order in which they were asked for, also within a millisecond and when the clock goes back. */
export interface IdSource {
  /** The newest id as four little-endian words: the layout of a UUID in ClickHouse. */
  readonly words: Uint32Array
  /** Makes the next id. */
  next(at: UnixMicros): void
  /** The newest id as text. */
  text(): string
}

const SEQUENCE_LIMIT = 2 ** 26

/**
 * 48 bits of milliseconds, 26 bits of sequence within the millisecond (12 in `rand_a`, 14 at the top of `rand_b`), and 48 random
 * bits that stay the same for one source: they keep sources apart and cost nothing when stored.
 */
export const createIdSource = (): IdSource => {
  const words = new Uint32Array(4)
  const random = randomBytes(6)
  const randomLow = random.readUInt32LE(0)
  const randomHigh = random.readUInt16LE(4)
  let ms = 0
  let sequence = 0

  return {
    words,
    next(at) {
      const now = Math.max(0, Math.floor(at / 1000))
      if (now > ms) {
        ms = now
        sequence = 0
      } else if (++sequence === SEQUENCE_LIMIT) {
        ms++
        sequence = 0
      }
      words[0] = ((ms % 65_536) << 16) | 0x7000 | (sequence >>> 14)
      words[1] = Math.floor(ms / 65_536)
      words[2] = randomLow
      words[3] = 0x8000_0000 | ((sequence & 0x3fff) << 16) | randomHigh
    },
    text: () => uuidText(words, 0),
  }
}

/** The text of the UUID at `index` words. */
export const uuidText = (words: Uint32Array, index: number): string => {
  const hex = (word: number): string => (words[index + word] ?? 0).toString(16).padStart(8, '0')
  const [first, second, third, fourth] = [hex(1), hex(0), hex(3), hex(2)]
  return `${first}-${second.slice(0, 4)}-${second.slice(4)}-${third.slice(0, 4)}-${third.slice(4)}${fourth}`
}
