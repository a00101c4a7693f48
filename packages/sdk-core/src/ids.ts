export interface Ids {
  /** A UUIDv7: ids of one client rise within a millisecond. @param atMs milliseconds since 1970 */
  event(atMs: number): string
  /** 32 hexadecimal digits. */
  trace(): string
  /** 16 hexadecimal digits. */
  span(): string
  /** 32 hexadecimal digits. */
  batch(): string
  /** `<name>-<8 of a–z 0–9>`: what stands before the last hyphen is the name under which the server shows it. */
  flow(name: string): string
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))
const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789'
const RUN_LENGTH = 8
/** Clients of Timberlogs that go on with a flow refuse ids of more than 50. */
const FLOW_NAME_LENGTH = 50 - RUN_LENGTH - 1
const POOL_BYTES = 2_048
const COUNTER_END = 0x1000

export function createIds(randomBytes: (length: number) => Uint8Array): Ids {
  let pool: Uint8Array = new Uint8Array(0)
  let used = 0
  const random = (): number => {
    if (used >= pool.length) {
      pool = randomBytes(POOL_BYTES)
      used = 0
    }
    return pool[used++] as number
  }
  const hex = (bytes: number): string => {
    let text = ''
    for (let index = 0; index < bytes; index++) text += HEX[random()]
    return text
  }
  const nonZeroHex = (bytes: number): string => {
    let text = ''
    let bits = 0
    for (let index = 0; index < bytes; index++) {
      const byte = random()
      bits |= byte
      text += HEX[byte]
    }
    return bits === 0 ? nonZeroHex(bytes) : text
  }

  /** Of the UUID: `01234567-89ab-7c`, then two digits of the counter, then `-8def-0123456789ab`. */
  let head = ''
  let tail = ''
  let time = -1
  let counter = 0
  let stamp = ''
  const setHead = (): void => {
    head = `${stamp}-7${(counter >> 8).toString(16)}`
  }
  const rollTail = (): void => {
    tail = `-${HEX[(random() & 0x3f) | 0x80]}${hex(1)}-${hex(6)}`
  }
  const begin = (atMs: number): void => {
    const ms = Number.isFinite(atMs) && atMs > 0 ? Math.min(Math.floor(atMs), 2 ** 48 - 1) : 0
    // Stamps that were used already come with another random part.
    if (ms <= time || tail === '') rollTail()
    time = ms
    counter = 0
    const digits = ms.toString(16).padStart(12, '0')
    stamp = `${digits.slice(0, 8)}-${digits.slice(8)}`
    setHead()
  }

  const event = (atMs: number): string => {
    if (atMs !== time) begin(atMs)
    else if (counter === COUNTER_END) {
      counter = 0
      rollTail()
      setHead()
    } else if ((counter & 0xff) === 0) setHead()
    return head + HEX[counter++ & 0xff] + tail
  }

  return {
    event,
    trace: () => nonZeroHex(16),
    span: () => nonZeroHex(8),
    batch: () => hex(16),
    flow(name) {
      const plain = String(name)
        .replace(/[^A-Za-z0-9-]+/g, '-')
        .slice(0, FLOW_NAME_LENGTH)
        .replace(/^-+|-+$/g, '')
      let run = ''
      while (run.length < RUN_LENGTH) {
        const byte = random()
        // 252 = 7 × 36: no letter more often than another.
        if (byte < 252) run += LETTERS[byte % LETTERS.length]
      }
      return `${plain === '' ? 'flow' : plain}-${run}`
    },
  }
}
