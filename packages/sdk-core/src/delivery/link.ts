import type { DropReason } from '@heartwood/protocol/model'
import { HeartwoodApiError } from '../calls/api-error.ts'
import { unanswered } from '../calls/call.ts'
import { toError } from '../errors/to-error.ts'
import type { ResolvedOptions } from '../options.ts'
import type { Batch, HttpAnswer, HttpRequest, Platform, SendNow } from '../ports.ts'
import { RAW_FAILED } from '../raw-ingest.ts'
import { judge, type Verdict } from './answer.ts'
import { backoffMs, retryAfterMs } from './backoff.ts'
import { halve } from './batches.ts'
import { createBreaker } from './breaker.ts'
import { createCancel } from './cancel.ts'
import { readSampleRates, type Sampler } from './sampler.ts'

export interface LinkDeps {
  readonly platform: Platform
  readonly options: () => ResolvedOptions
  readonly report: (error: Error) => void
  readonly sampler: () => Sampler
  readonly random: () => number
}

/** A verdict on one try; after `again` the same batch may go once more. `free`: it is not one of its tries. `absent`: Heartwood did not answer. */
export type Outcome = Exclude<Verdict, { kind: 'retry' | 'locked' }> | Again
interface Again {
  readonly kind: 'again'
  readonly free: boolean
  readonly absent: boolean
  readonly problem: string
}

/** What is known of the server, and the only way to it: shared by fresh batches and those from the spool. */
export interface Link {
  /** The key was refused: nothing is sent until there is another one, or it is time to ask once more. */
  readonly locked: boolean
  /** The server is gone: probes only. */
  readonly open: boolean
  /** From when on the next request may go, by what the server asked for and by the breaker (monotonic ms). */
  readonly readyAt: number
  /** How often Heartwood answered. */
  readonly answers: number
  /** One try. Never rejects. */
  exchange(batch: Batch): Promise<Outcome>
  /** One try of each, without waiting for anything but `sendNow`. @returns a verdict for each; undefined for what was not answered */
  exchangeNow(batches: readonly Batch[], sendNow: SendNow): (Verdict | undefined)[]
  /** The batch as it is sent: compressed where that is worth it. Never rejects. */
  pack(batch: Batch): Promise<Batch>
  /** What to send instead of a batch that is too large (its halves), or encoded as the server does not know (itself, plain). Never rejects. */
  instead(batch: Batch, verdict: 'split' | 'plain'): Promise<Instead>
  /** Any body to any path, with the same tries. @throws HeartwoodApiError when no try was answered, or the client was closed */
  raw(batch: Batch): Promise<HttpAnswer>
  probeNow(): void
  /** @returns whether there is another key or address, and so a new beginning */
  reconfigured(): boolean
  /** Ends what is on its way; nothing is sent any more. */
  close(): void
}

/** `parts`, or why there is nothing to be sent. */
type Instead = { readonly parts: readonly Batch[] } | { readonly reason: DropReason; readonly problem: string }

/** So often a refused key is tried again: somebody may have made it valid. */
const ASK_AGAIN_MS = 5 * 60_000
const closed = (): HeartwoodApiError => new HeartwoodApiError('closed', 0, `${RAW_FAILED}: the client was closed.`)
const RATES_HEADER = 'x-heartwood-sample-rates'

export const createLink = ({ platform, options, report, sampler, random }: LinkDeps): Link => {
  const breaker = createBreaker(random)
  const cancel = createCancel()
  let { endpoint, apiKey } = options()
  let generation = 0
  let lockedUntil = 0
  /** The refusal of the key was said. */
  let toldLocked = false
  /** It was said that something else answers. */
  let toldMisled = false
  /** The server does not know our encodings. */
  let plainOnly = false
  let holdUntil = 0
  let answers = 0

  const isLocked = (): boolean => platform.monotonicNow() < lockedUntil

  const requestOf = ({ id, path, contentType, body, encoding }: Batch): HttpRequest => {
    const { endpoint, apiKey, timeout } = options()
    return {
      method: 'POST',
      url: endpoint.replace(/\/+$/, '') + path,
      headers: {
        'content-type': contentType,
        'x-heartwood-batch': id,
        ...(encoding === undefined ? {} : { 'content-encoding': encoding }),
        ...(apiKey === '' ? {} : { authorization: `Bearer ${apiKey}` }),
      },
      body,
      timeoutMs: timeout,
      signal: cancel.signal,
    }
  }

  const send = async (batch: Batch): Promise<HttpAnswer> => {
    const begun = generation
    const answer = await platform.transport.send(requestOf(batch))
    // What another server, or another project, tells is none of ours any more.
    const rates = begun === generation ? answer.headers[RATES_HEADER] : undefined
    const read = rates === undefined ? undefined : readSampleRates(rates)
    if (read !== undefined) sampler().told(read)
    return answer
  }

  /** What whoever runs the program has to put right. */
  const tell = (message: string): void => {
    if (!options().debug) platform.warn(message)
    report(new Error(message))
  }

  const lock = (problem: string): void => {
    lockedUntil = platform.monotonicNow() + ASK_AGAIN_MS
    // When that is over, one request asks, and not all that wait.
    breaker.openUntil(lockedUntil)
    if (toldLocked) return
    toldLocked = true
    tell(`Heartwood refuses the key of this program (${problem}). Events are kept until it is valid, or \`reconfigure\` gives another one.`)
  }

  const mislead = (how: string): void => {
    if (toldMisled) return
    toldMisled = true
    tell(`Heartwood: ${options().endpoint} ${how}`)
  }

  /** @param begun the generation in which the try left: one of another key or address says nothing of this one */
  const failed = (begun: number, problem: string, absent: boolean, waitMs: number): Again => {
    if (begun !== generation) return { kind: 'again', free: true, absent, problem }
    const free = breaker.open
    const now = platform.monotonicNow()
    breaker.failed(now)
    if (waitMs > 0) holdUntil = Math.max(holdUntil, now + waitMs)
    if (breaker.open && !free) report(new Error(`Heartwood cannot be reached at ${options().endpoint} (${problem}); events wait until it can.`))
    return { kind: 'again', free, absent, problem }
  }

  const exchange = async (batch: Batch): Promise<Outcome> => {
    const begun = generation
    let answer: HttpAnswer
    try {
      answer = await send(batch)
    } catch (error) {
      return failed(begun, toError(error).message, true, 0)
    }
    const verdict = judge(answer, batch.events)
    if (verdict.kind !== 'retry' || !verdict.absent) answers += 1
    if (verdict.kind === 'retry') {
      const { problem, absent, misled } = verdict
      if (misled !== undefined && begun === generation) mislead(misled)
      return failed(begun, problem, absent, retryAfterMs(answer.headers['retry-after'], platform.now()))
    }
    if (verdict.kind === 'locked') {
      // One that left with the former key says nothing of the new one.
      if (begun === generation) lock(verdict.problem)
      return { kind: 'again', free: true, absent: false, problem: verdict.problem }
    }
    if (begun === generation) {
      breaker.worked()
      lockedUntil = 0
      toldLocked = false
    }
    if (verdict.kind === 'plain') plainOnly = true
    return verdict
  }

  /** The batch with its lines readable; undefined where that cannot be. */
  const unpack = async (batch: Batch): Promise<Batch | undefined> => {
    const { encoding, ...plain } = batch
    if (encoding === undefined) return batch
    try {
      const body = await platform.decompress?.(batch.body, encoding)
      return body && { ...plain, body }
    } catch (error) {
      report(toError(error))
      return undefined
    }
  }

  /** Ends early when the client does. */
  const wait = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const done = (): void => {
        timer.cancel()
        cancel.signal.removeEventListener('abort', done)
        resolve()
      }
      const timer = platform.setTimer(done, ms, true)
      cancel.signal.addEventListener('abort', done)
    })

  return {
    get locked() {
      return isLocked()
    },
    get open() {
      return breaker.open
    },
    get readyAt() {
      return Math.max(lockedUntil, holdUntil, breaker.open ? breaker.probeAt : 0)
    },
    get answers() {
      return answers
    },
    exchange,

    exchangeNow(batches, sendNow) {
      const answers = sendNow(batches.map(requestOf))
      return batches.map((batch, index) => {
        const answer = answers[index]
        const verdict = answer && judge(answer, batch.events)
        if (verdict?.kind === 'locked') lock(verdict.problem)
        if (verdict?.kind === 'retry' && verdict.misled !== undefined) mislead(verdict.misled)
        return verdict
      })
    },

    async pack(batch) {
      if (platform.compress === undefined || plainOnly || batch.encoding !== undefined) return batch
      try {
        const { body, encoding } = await platform.compress(batch.body)
        return encoding === '' ? batch : { ...batch, body, encoding }
      } catch (error) {
        report(toError(error))
        return batch
      }
    },

    async instead(batch, verdict) {
      const canHelp = verdict === 'split' ? batch.events > 1 : batch.encoding !== undefined
      const plain = canHelp ? await unpack(batch) : undefined
      if (plain !== undefined) return { parts: verdict === 'split' ? halve(plain) : [plain] }
      return verdict === 'split'
        ? { reason: 'too-large', problem: 'the server does not take a request of this size' }
        : { reason: 'malformed', problem: 'the server does not understand what it was sent' }
    },

    async raw(batch) {
      for (let tries = 1; ; tries++) {
        if (cancel.signal.aborted) throw closed()
        let answer: HttpAnswer | undefined
        // Sending keeps no process alive, but whoever called awaits the answer.
        const awaited = platform.setTimer(() => undefined, options().timeout, true)
        try {
          answer = await send(batch)
          const verdict = judge(answer, 0)
          // What is no Heartwood will hardly become one while somebody waits.
          if (verdict.kind !== 'retry' || verdict.misled !== undefined || tries > options().maxRetries) return answer
        } catch (error) {
          if (cancel.signal.aborted) throw closed()
          if (tries > options().maxRetries) throw unanswered(error, RAW_FAILED, options())
        } finally {
          awaited.cancel()
        }
        await wait(Math.max(backoffMs(tries, random()), retryAfterMs(answer?.headers['retry-after'], platform.now())))
      }
    },

    probeNow() {
      breaker.probeNow(platform.monotonicNow())
    },

    reconfigured() {
      const now = options()
      if (now.endpoint === endpoint && now.apiKey === apiKey) return false
      endpoint = now.endpoint
      apiKey = now.apiKey
      generation += 1
      lockedUntil = 0
      toldLocked = false
      toldMisled = false
      plainOnly = false
      holdUntil = 0
      breaker.worked()
      return true
    },

    close() {
      cancel.abort()
      platform.transport.close()
    },
  }
}
