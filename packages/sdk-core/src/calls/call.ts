import { read } from '../errors/look.ts'
import type { ResolvedOptions } from '../options.ts'
import type { HttpAnswer, Platform } from '../ports.ts'
import { HeartwoodApiError, objectOf, refusalOf, unreadable, wrongArgument } from './api-error.ts'

export interface CallDeps {
  readonly platform: Pick<Platform, 'transport' | 'encode' | 'setTimer'>
  readonly options: () => Pick<ResolvedOptions, 'endpoint' | 'apiKey' | 'timeout' | 'enabled'>
}

interface CallSpec {
  readonly method: 'POST' | 'PATCH'
  readonly path: string
  readonly body?: { readonly [name: string]: unknown }
  /** Default: that of the client; `''`: none. */
  readonly apiKey?: string | undefined
  /** What is wrong with what the program handed in; nothing is sent then. */
  readonly wrong?: string | undefined
  /** The beginning of the sentence when it fails, such as “The release was not registered”. */
  readonly failed: string
}

/** One request, once, and its answer as an object. */
export type Call = (spec: CallSpec) => Promise<{ readonly [name: string]: unknown }>

const MARGIN_MS = 1_000

/**
 * Calls of the API that answer at once: no buffer, no retries.
 * Whoever waits for one keeps the process alive as long as it takes, at most for `timeout` and a second.
 */
export const createCall =
  ({ platform, options }: CallDeps): Call =>
  async ({ method, path, body, apiKey, wrong, failed }) => {
    const { endpoint, timeout, enabled, apiKey: ownKey } = options()
    if (!enabled) throw new HeartwoodApiError('disabled', 0, `${failed}: the client is switched off (\`enabled: false\`).`)
    if (wrong !== undefined) throw wrongArgument(failed, wrong)
    const encoded = platform.encode(toJson(body ?? {}, failed))
    const key = apiKey ?? ownKey
    let answer: HttpAnswer
    let timer: { cancel(): void } | undefined
    try {
      const late = new Promise<never>((_, reject) => {
        timer = platform.setTimer(() => reject(timedOut(failed, { endpoint, timeout })), timeout + MARGIN_MS, true)
      })
      const sent = platform.transport.send({
        method,
        url: endpoint + path,
        headers: { 'content-type': 'application/json', ...(key === '' ? {} : { authorization: `Bearer ${key}` }) },
        body: encoded,
        timeoutMs: timeout,
      })
      answer = await Promise.race([sent, late])
    } catch (error) {
      throw error instanceof HeartwoodApiError ? error : unanswered(error, failed, { endpoint, timeout })
    } finally {
      timer?.cancel()
    }
    if (answer.status < 200 || answer.status > 299) throw refusalOf(answer, failed)
    const object = objectOf(answer.body)
    if (object === undefined) throw unreadable(answer.status, failed)
    return object
  }

type Limits = Pick<ResolvedOptions, 'endpoint' | 'timeout'>

const timedOut = (failed: string, { endpoint, timeout }: Limits, cause?: unknown): HeartwoodApiError =>
  new HeartwoodApiError('timed-out', 0, `${failed}: ${endpoint} did not answer within ${timeout} ms.`, { cause })

/** @param error that of a transport @param failed the beginning of the sentence */
export const unanswered = (error: unknown, failed: string, limits: Limits): HeartwoodApiError =>
  isTimeout(error)
    ? timedOut(failed, limits, error)
    : new HeartwoodApiError('unreachable', 0, `${failed}: ${limits.endpoint} cannot be reached (${problemOf(error)}).`, { cause: error })

function toJson(body: object, failed: string): string {
  try {
    return JSON.stringify(body)
  } catch (error) {
    throw wrongArgument(failed, `JSON cannot hold what it was given (${problemOf(error)})`, error)
  }
}

function isTimeout(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false
  const code = read(error, 'code')
  return code === 'ETIMEDOUT' || code === 'timed-out' || read(error, 'name') === 'TimeoutError'
}

function problemOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code = read(error, 'code')
  return error.message !== '' ? error.message : typeof code === 'string' ? code : error.name
}
