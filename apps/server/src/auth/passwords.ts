import { hash, verify } from '@node-rs/argon2'
import { HeartwoodError } from '../errors.ts'

/** OWASP's argon2id settings: 19 MiB and two passes, about 50 ms. */
const OPTIONS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

/** Hash of a password that nobody knows, made with {@link OPTIONS}: checking it costs what checking a real one does. */
const NOBODYS = '$argon2id$v=19$m=19456,t=2,p=1$zo3WPoEpuPA+8YY89R5qtA$0ar82z3yT/ihlTppQyYviO520zdDnDgHnmOxrKQrZqM'

/** Each takes memory and one of the threads that file reads and queries share. */
const AT_ONCE = 2
const MAX_WAITING = 32

export interface Passwords {
  hash(password: string): Promise<string>
  /**
   * Takes as long for an account that does not exist (`undefined`) as for one that does.
   * @throws HeartwoodError `rate-limited` when too many wait already
   */
  verify(passwordHash: string | undefined, password: string): Promise<boolean>
}

export function createPasswords(): Passwords {
  const inTurn = createTurns()
  // One spelling: the same password typed on another keyboard may come composed differently.
  const spell = (password: string): string => password.normalize('NFKC')
  return {
    hash: (password) => inTurn(() => hash(spell(password), OPTIONS)),
    verify: (passwordHash, password) =>
      inTurn(async () => {
        const fits = await verify(passwordHash ?? NOBODYS, spell(password))
        return fits && passwordHash !== undefined
      }),
  }
}

function createTurns(): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0
  const waiting: (() => void)[] = []
  return async (work) => {
    if (running >= AT_ONCE) {
      if (waiting.length >= MAX_WAITING) {
        throw new HeartwoodError('rate-limited', 'Too many people sign in at this moment.', { retryAfterSeconds: 2 })
      }
      await new Promise<void>((resolve) => waiting.push(resolve))
    } else running++
    try {
      return await work()
    } finally {
      // The turn passes to the next in line, or ends.
      const next = waiting.shift()
      if (next === undefined) running--
      else next()
    }
  }
}
