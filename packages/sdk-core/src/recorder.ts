import { LIMITS } from '@heartwood/protocol/model'
import type { EndedRequest } from './client-internals.ts'
import type { Counts } from './counts.ts'
import { type Sampler, withRate } from './delivery/sampler.ts'
import { type Callable, callerAttributes } from './errors/call-site.ts'
import { captureError } from './errors/capture-error.ts'
import { takeStep } from './flow.ts'
import type { Ids } from './ids.ts'
import { type LogCall, type LoggerState, NO_LOGGER } from './logger.ts'
import type { ResolvedOptions } from './options.ts'
import { isGiven, plainTime } from './plain.ts'
import { type readCall, type Spoken, spokenError } from './read-call.ts'
import type { EventRecord, RecordOptions } from './record.ts'
import { copyOptions } from './record-options.ts'
import type { Scope } from './scope.ts'
import type { ScopeData } from './scope-data.ts'
import type { Tracer } from './tracer.ts'
import type { EventOptions, JsonObject, Level, RequestInfo } from './types.ts'
import { cutLater } from './values/cut-text.ts'
import type { Snapshots } from './values/snapshot.ts'

export interface RecorderDeps {
  readonly options: () => ResolvedOptions
  readonly sampler: () => Sampler
  readonly isEnabled: (level: Level) => boolean
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly scopeNow: () => Scope
  readonly tracer: Tracer
  readonly snapshots: Snapshots
  readonly ids: Pick<Ids, 'event'>
  readonly counts: Counts
  readonly take: (record: EventRecord) => void
  readonly report: (error: unknown) => void
}

/** Everything that happens on the caller's turn: what it says becomes a record, whatever it is, and is counted. Nothing throws. */
export interface Recorder {
  /**
   * @param read one of the ways in which the arguments of a call are read
   * @returns the event's id; `''` where none is made
   */
  record(read: typeof readCall, ...call: Parameters<LogCall>): string
  recordRequest(scope: Scope, event: EndedRequest): string
  /** Counts what was lost where not even that could be done. */
  countLost(): void
}

/** Bytes that an event takes whatever it says. */
const BASE_BYTES = 200
/** The server's limit takes in the mark of what was cut. */
const MAX_MESSAGE = LIMITS.message - 16
/** What an unread stack will take, roughly. */
const STACK_BYTES = 2_000

// Arguments one by one, however many: an object for them would be half of what a call costs.
export const createRecorder = (deps: RecorderDeps): Recorder => {
  const { options, sampler: samplerNow, isEnabled, now: clock, scopeNow, tracer, snapshots, ids, counts, take, report } = deps

  const push = (
    level: Level,
    from: LoggerState,
    { message, attributes, error }: Spoken,
    given: EventOptions | undefined,
    above: Callable | undefined,
    scope: ScopeData = scopeNow().data,
    request?: RequestInfo,
  ): string => {
    const sampler = samplerNow()
    if (!sampler.keeps(level)) {
      counts.dropped('sampled')
      return ''
    }
    const now = clock()
    const id = ids.event(now)
    let sizeBytes = BASE_BYTES + 2 * Math.min(message.length, LIMITS.message)
    let copied: JsonObject | undefined
    if (attributes !== undefined) {
      copied = snapshots.attributes(attributes)
      sizeBytes += snapshots.lastBytes
    }
    const rate = sampler.rate(level)
    if (rate < 1) copied = withRate(copied, rate)
    if (options().callerInfo && above !== undefined) copied = { ...callerAttributes(above), ...copied }
    if (error !== undefined) sizeBytes += STACK_BYTES
    if (request !== undefined) sizeBytes += (request.path?.length ?? 0) + (request.userAgent?.length ?? 0)
    let own: RecordOptions | undefined
    if (isGiven(given)) {
      const copiedOptions = copyOptions(snapshots, given)
      own = copiedOptions.options
      sizeBytes += copiedOptions.sizeBytes
    }
    if (tracer.isFollowed && own?.trace === undefined) {
      const trace = tracer.now()
      if (trace !== undefined) own = { ...own, trace }
    }
    const flow = from.flow ?? scope.flow
    if (flow !== undefined && own?.flow === undefined) own = { ...own, flow: takeStep(flow) }
    take({
      id,
      timestamp: plainTime(given?.timestamp) ?? now,
      kind: request !== undefined ? 'request' : (own?.kind ?? 'log'),
      level,
      message: cutLater(message, MAX_MESSAGE),
      attributes: copied,
      bindings: from.bindings,
      scope,
      options: own,
      request,
      error,
      breadcrumbs: level === 'error' || level === 'fatal' ? scope.breadcrumbs?.list() : undefined,
      sizeBytes,
    })
    return id
  }

  /** Nothing of ours should throw, but what the program hands in may; it must not break the line that logged. */
  const broken = (error: unknown): string => {
    counts.dropped('internal')
    try {
      report(error)
    } catch {
      // No stack is left to tell anyone.
    }
    return ''
  }
  /** Events that were captured at the end of the program's stack, where nothing could be done for them, not even counting. */
  let lost = 0
  const countLost = (): void => {
    if (lost === 0) return
    counts.dropped('internal', lost)
    lost = 0
  }

  /** An argument that throws when it is read loses itself, not its event. @returns undefined when the event is lost all the same */
  const rescued = (level: Level, from: LoggerState, first: unknown, second: unknown, above: Callable | undefined): string | undefined => {
    try {
      const attributes = isGiven(second) ? snapshots.attributes(second) : undefined
      const spoken = typeof first === 'string' ? { message: first, attributes, error: undefined } : spokenError(captureError(first), attributes)
      return push(level, from, spoken, undefined, above)
    } catch {
      return undefined
    }
  }

  const record: Recorder['record'] = (read, level, from, given, first, second, third, above) => {
    if (!isEnabled(level)) return ''
    counts.captured()
    try {
      try {
        if (lost > 0) countLost()
        return push(level, from, read(level, given, first, second, third, above), third, above)
      } catch (error) {
        return rescued(level, from, first, second, above) ?? broken(error)
      }
    } catch {
      lost += 1
      return ''
    }
  }

  const recordRequest: Recorder['recordRequest'] = (scope, { level, message, request, attributes }) => {
    if (!isEnabled(level)) return ''
    counts.captured()
    try {
      try {
        return push(level, NO_LOGGER, { message, attributes, error: undefined }, undefined, undefined, scope.data, request)
      } catch (error) {
        return broken(error)
      }
    } catch {
      lost += 1
      return ''
    }
  }

  return { record, recordRequest, countLost }
}
