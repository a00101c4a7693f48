import type { Logger } from './logger.ts'
import type { CoreOptions } from './options.ts'
import type { Scope } from './scope.ts'
import type { Attributes, EventOptions, FlowPosition, Level, OutgoingEvent, Stats, User } from './types.ts'

/**
 * A chain of steps that belong together, in this process or across several. Each event is the next step.
 *
 *     const checkout = flow('checkout')
 *     checkout.info('cart validated')                 // step 0
 *     await checkout.run(() => chargeCard(order))     // everything logged inside: steps 1, 2, …
 */
export interface Flow extends Logger {
  /** The name and a part of its own: `checkout-8o24gf4y`. */
  readonly id: string
  readonly name: string
  /** The next step's number, from 0. */
  readonly step: number
  /** For a call to another service, which goes on with `flow.resume(id, step)`; outgoing requests inside `run` carry it by themselves. */
  position(): Required<FlowPosition>
  /** Everything logged inside belongs to the flow. */
  run<Result>(run: () => Result): Result
}

/** Begins flows and goes on with them: `flow(name)`, `flow.resume(id, step)`. */
export interface FlowStarter {
  /** @param name letters, digits and hyphens; others become hyphens */
  (name: string): Flow
  /** Goes on with a flow that began elsewhere. @param step the next step's number; default: it is left to the server's order */
  resume(id: string, step?: number): Flow
}

/** What `createClient` makes of options: loggers, a scope, a bounded buffer, and the way to one server. */
export interface Client extends Logger {
  /** As `error`, for what was caught elsewhere. @param options.level default `error` @param options.handled becomes `error.handled` @returns the event's id */
  captureException(
    error: unknown,
    options?: EventOptions & {
      readonly level?: Level | undefined
      readonly handled?: boolean | undefined
      readonly attributes?: Attributes | undefined
    },
  ): string
  /** One event of any kind, for integrations: nothing but what is given, the scope and the defaults is added, `callerInfo` neither. */
  capture(event: { readonly level: Level; readonly message: string; readonly attributes?: Attributes | undefined } & EventOptions): string
  /**
   * What someone did: an event of kind `audit`, with `audit.action` and `audit.actor`.
   *
   *     audit('user.role-changed', 'ann', { role: 'admin' })
   *
   * @param actor who, by id or as a user @param context further attributes @returns the event's id
   */
  audit(action: string, actor: string | (User & { readonly id: string | number }), context?: Attributes): string
  readonly flow: FlowStarter
  /** The scope that holds now: that of the request or `withScope` around the call, or else the client's own. */
  scope(): Scope
  /** Runs with a copy of the current scope; what is set inside ends with it, asynchronous work included. */
  withScope<Result>(run: (scope: Scope) => Result): Result
  /** Sends what was captured until now. @param timeoutMs default 5,000 @returns whether all of it left memory (sent, spooled or dropped) in time; never rejects */
  flush(timeoutMs?: number): Promise<boolean>
  /** Flushes, takes integrations back and captures nothing any more; what is left goes to the spool folder, or is counted `closed`. @returns as `flush` */
  close(timeoutMs?: number): Promise<boolean>
  /** Nothing is sent until `resume`; events gather in the buffer. */
  pause(): void
  /** Ends `pause`. */
  resume(): void
  /** Changes options of a running client; a new key ends the standstill after a refused one. @throws OptionError */
  reconfigure(options: Partial<CoreOptions>): void
  /** What became of the client's events since it was made. */
  stats(): Stats
  /**
   * Hands log text to the server at once, with the retries of events, but apart from them: in no `stats`.
   *
   *     const { accepted } = await ingestRaw(text, 'syslog', { service: 'sshd' })
   *
   * @param format `auto` (default), `json`, `jsonl`, `logfmt`, `syslog`, `csv`, `text`, `obl`
   * @param defaults for what the entries do not say
   * @throws HeartwoodApiError when nothing was taken: `unreachable` or `timed-out` after all tries, `closed` when the client is closed meanwhile
   */
  ingestRaw(body: string | Uint8Array, format?: string, defaults?: RawDefaults): Promise<RawAnswer>
  /** Sees each event of the client as it is sent, after `beforeSend` and redaction, when its batch is written; for tests and bridges. @returns what ends it */
  onEvent(listener: (event: OutgoingEvent) => void): () => void
}

/** For entries of `ingestRaw` that do not say it themselves. */
export interface RawDefaults {
  readonly service?: string | undefined
  readonly environment?: string | undefined
  readonly dataset?: string | undefined
  readonly level?: Level | undefined
  readonly host?: string | undefined
  /** Of times without a zone: `Europe/Berlin`, `+02:00`. Default UTC. */
  readonly timezone?: string | undefined
}

/** What the server took of a text, and why not the rest: `index` counts its entries from 0. */
export interface RawAnswer {
  readonly accepted: number
  readonly rejected: readonly { readonly index: number; readonly code: string; readonly message: string }[]
}
