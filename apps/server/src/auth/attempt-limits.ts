import { isIPv6 } from 'node:net'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { HeartwoodError } from '../errors.ts'
import { toAccount } from './people.ts'
import { hashSecret } from './secrets.ts'

const QUARTER_HOUR = 15 * 60

/** How often passwords and claim links may be tried. Attempts at the same time count before any of them is checked. */
export interface AttemptLimits {
  /** @throws HeartwoodError `rate-limited` with the seconds to wait */
  beforeSignIn(address: string, email: string): Promise<void>
  /** The password was right: what was typed wrong before is forgotten. */
  afterSignIn(address: string, email: string): Promise<void>
  /** @throws HeartwoodError `rate-limited` */
  beforeClaim(address: string): Promise<void>
}

export function createAttemptLimits(): AttemptLimits {
  const perAddress = new RateLimiterMemory({ keyPrefix: 'address', points: 50, duration: QUARTER_HOUR })
  // By address and account: strangers who guess do not lock the account's own person out …
  const perPair = new RateLimiterMemory({ keyPrefix: 'pair', points: 10, duration: QUARTER_HOUR })
  // … unless they come from very many addresses.
  const perAccount = new RateLimiterMemory({ keyPrefix: 'account', points: 200, duration: 3600 })
  const claims = new RateLimiterMemory({ keyPrefix: 'claim', points: 20, duration: QUARTER_HOUR })

  const pairOf = (address: string, email: string): string => hashSecret(`${networkOf(address)} ${toAccount(email)}`)
  return {
    async beforeSignIn(address, email) {
      await consume(perAddress, networkOf(address))
      await consume(perPair, pairOf(address, email))
      await consume(perAccount, hashSecret(toAccount(email)))
    },
    async afterSignIn(address, email) {
      await perPair.delete(pairOf(address, email))
      await perAddress.reward(networkOf(address))
    },
    beforeClaim: (address) => consume(claims, networkOf(address)),
  }
}

async function consume(limiter: RateLimiterMemory, key: string): Promise<void> {
  try {
    await limiter.consume(key)
  } catch (refused) {
    if (!(refused instanceof RateLimiterRes)) throw refused
    throw new HeartwoodError('rate-limited', 'Too many attempts.', { retryAfterSeconds: Math.max(1, Math.ceil(refused.msBeforeNext / 1000)) })
  }
}

/** One person has a whole /64 of IPv6 addresses. */
function networkOf(address: string): string {
  if (!isIPv6(address) || address.startsWith('::ffff:')) return address
  const [head = '', tail = ''] = address.split('::', 2)
  const front = head.split(':').filter((group) => group !== '')
  const back = tail.split(':').filter((group) => group !== '')
  const groups = address.includes('::') ? [...front, ...Array(8 - front.length - back.length).fill('0'), ...back] : front
  return groups.slice(0, 4).join(':')
}
