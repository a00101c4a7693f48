import { messageOf, typeOf } from '../errors/look.ts'
import { toError } from '../errors/to-error.ts'
import { HeartwoodApiError, notText } from './api-error.ts'
import type { Call } from './call.ts'

/** The signs of life of one job. Each of them is one request, sent at once. With `enabled: false` none is sent and nothing fails. */
export interface Heartbeat {
  /** The job is done. @throws HeartwoodApiError `not-found` when the token is unknown or revoked; `unreachable`, `timed-out` */
  ping(): Promise<void>
  /** The job begins. @throws HeartwoodApiError */
  start(): Promise<void>
  /** The job failed. @param error what it failed with; its class and message are kept. @throws HeartwoodApiError */
  fail(error?: unknown): Promise<void>
  /**
   * The same function, telling of its begin and its end. What it returns or throws stays as it is, later by the time of one request;
   * signs of life that cannot be sent go to `onError` and change nothing.
   *
   *     const backUp = heartbeat(token).wrap(async (folder: string) => { … })
   */
  wrap<Args extends unknown[], Result>(job: (...args: Args) => Result): (...args: Args) => Promise<Awaited<Result>>
}

const MAX_REASON = 2_000

export function createHeartbeat(call: Call, report: (error: Error) => void, token: string): Heartbeat {
  const tell = async (end: '' | '/start' | '/fail', body?: { reason: string }): Promise<void> => {
    try {
      // The token is the whole credential.
      const spec = {
        method: 'POST',
        path: `/api/v1/heartbeat/${encodeURIComponent(String(token))}${end}`,
        apiKey: '',
        wrong: notText('the token', token),
      } as const
      await call({ ...spec, failed: 'The sign of life was not taken', ...(body === undefined ? {} : { body }) })
    } catch (error) {
      if (!(error instanceof HeartwoodApiError && error.code === 'disabled')) throw error
    }
  }
  const ping = (): Promise<void> => tell('')
  const start = (): Promise<void> => tell('/start')
  const fail = (error?: unknown): Promise<void> => tell('/fail', error === undefined ? undefined : { reason: reasonOf(error) })
  const quietly = async (told: Promise<void>): Promise<void> => {
    try {
      await told
    } catch (error) {
      report(toError(error))
    }
  }

  return {
    ping,
    start,
    fail,
    wrap:
      <Args extends unknown[], Result>(job: (...args: Args) => Result) =>
      async (...args: Args): Promise<Awaited<Result>> => {
        // The job does not wait for it, its end does: a begin that comes last would look like one that never ended.
        const started = quietly(start())
        try {
          const result = await job(...args)
          await started
          await quietly(ping())
          return result
        } catch (error) {
          await started
          await quietly(fail(error ?? 'failed'))
          throw error
        }
      },
  }
}

function reasonOf(error: unknown): string {
  const text = typeof error === 'string' ? error : `${typeOf(error)}: ${messageOf(error)}`
  return text.slice(0, MAX_REASON)
}
