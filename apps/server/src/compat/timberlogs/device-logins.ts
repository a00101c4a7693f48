import { randomInt } from 'node:crypto'
import { hashSecret, randomToken } from '../../auth/secrets.ts'

/** Codes that were asked for and not yet used up. Short-lived, so they are kept in memory: after a restart the tool says to log in again. */
export interface DeviceLogins {
  /** Undefined when too many wait already. */
  start(address: string): { deviceCode: string; userCode: string } | undefined
  /** What a person is asked to approve; undefined when there is no such code (any more). */
  find(userCode: string): { userCode: string; address: string; startedAt: number; expiresAt: number } | undefined
  /** False when there is no such code, or it was decided before. */
  decide(userCode: string, decision: Decision): boolean
  /** The decision, once: a code that was approved or denied is used up by it. */
  redeem(deviceCode: string): Decision | 'pending' | 'unknown'
}

type Decision = { is: 'approved'; projectId: number; personId: string | undefined } | { is: 'denied' }

interface Login {
  userCode: string
  deviceHash: string
  address: string
  startedAt: number
  expiresAt: number
  decision: Decision | undefined
}

/** How long a code can be approved and used. */
export const LOGIN_LIFE_MS = 10 * 60_000
const LIMIT = 1_000
/** Letters that are not taken for others, and make no words. */
const LETTERS = 'BCDFGHJKLMNPQRSTVWXZ'

export function createDeviceLogins(now: () => number): DeviceLogins {
  const byDevice = new Map<string, Login>()
  const byUser = new Map<string, Login>()

  const forget = (login: Login): void => {
    byDevice.delete(login.deviceHash)
    byUser.delete(login.userCode)
  }
  const removeExpired = (): void => {
    // In the order in which they were asked for, which is that of their ends.
    for (const login of byDevice.values()) {
      if (login.expiresAt > now()) return
      forget(login)
    }
  }
  const waiting = (userCode: string): Login | undefined => {
    removeExpired()
    const login = byUser.get(plain(userCode))
    return login?.decision === undefined ? login : undefined
  }

  return {
    start(address) {
      removeExpired()
      if (byDevice.size >= LIMIT) return undefined
      const deviceCode = randomToken()
      let userCode = newUserCode()
      while (byUser.has(userCode)) userCode = newUserCode()
      const startedAt = now()
      const login: Login = {
        userCode,
        deviceHash: hashSecret(deviceCode),
        address,
        startedAt,
        expiresAt: startedAt + LOGIN_LIFE_MS,
        decision: undefined,
      }
      byDevice.set(login.deviceHash, login)
      byUser.set(userCode, login)
      return { deviceCode, userCode }
    },

    find(userCode) {
      const login = waiting(userCode)
      return login && { userCode: login.userCode, address: login.address, startedAt: login.startedAt, expiresAt: login.expiresAt }
    },

    decide(userCode, decision) {
      const login = waiting(userCode)
      if (login === undefined) return false
      login.decision = decision
      return true
    },

    redeem(deviceCode) {
      removeExpired()
      const login = byDevice.get(hashSecret(deviceCode))
      if (login === undefined) return 'unknown'
      if (login.decision === undefined) return 'pending'
      forget(login)
      return login.decision
    },
  }
}

const newUserCode = (): string =>
  `${Array.from({ length: 4 }, () => LETTERS[randomInt(LETTERS.length)]).join('')}-${String(randomInt(10_000)).padStart(4, '0')}`

/** As people type it: `abcd1234`, `ABCD 1234`. */
function plain(code: string): string {
  const bare = code.toUpperCase().replace(/[^A-Z0-9]/g, '')
  return `${bare.slice(0, 4)}-${bare.slice(4)}`
}
