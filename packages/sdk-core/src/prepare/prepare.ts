import type { Counts } from '../counts.ts'
import type { ResolvedOptions } from '../options.ts'
import type { Platform } from '../ports.ts'
import type { EventRecord } from '../record.ts'
import { createRedactor } from '../redact/redactor.ts'
import type { BeforeSend, JsonObject, OutgoingEvent } from '../types.ts'
import { buildEvent } from './build-event.ts'
import { createFragments, type Fragment } from './fragments.ts'
import { cloneEvent, createHooks, isKnown } from './hooks.ts'
import { createLineWriter, DEFAULTS, toLine } from './line.ts'
import { redactEvent } from './redact-event.ts'
import { fits, truncateEvent } from './truncate.ts'

export interface PrepareDeps {
  /** Read for each event; another object is another configuration. */
  readonly options: () => ResolvedOptions
  readonly counts: Pick<Counts, 'dropped'>
  readonly report: (error: Error) => void
  /** Those of `onEvent`: each gets a copy of what is sent. */
  readonly listeners: ReadonlySet<(event: OutgoingEvent) => void>
  /** That of the platform, where it has one. */
  readonly frames?: Platform['frames']
}

/** Makes of a record its line of the batch; undefined when it is left out, which is counted then. Never throws. */
export type Prepare = (record: EventRecord) => string | undefined

export function createPrepare({ options, counts, report, listeners, frames }: PrepareDeps): Prepare {
  let current: ResolvedOptions | undefined
  let write: Prepare = () => undefined

  const tell = (event: OutgoingEvent): void => {
    for (const listener of listeners) {
      try {
        listener(cloneEvent(event))
      } catch (thrown) {
        report(new Error('A listener of onEvent threw.', { cause: thrown }))
      }
    }
  }

  return (record) => {
    const now = options()
    try {
      if (now !== current) {
        write = createWriter(now, { counts, report, listeners, frames, tell })
        current = now
      }
      return write(record)
    } catch (thrown) {
      report(new Error('An event could not be written.', { cause: thrown }))
      counts.dropped('internal')
      return undefined
    }
  }
}

interface Writing extends Omit<PrepareDeps, 'options'> {
  readonly tell: (event: OutgoingEvent) => void
}

function createWriter(options: ResolvedOptions, { counts, report, listeners, frames: platformFrames, tell }: Writing): Prepare {
  const redactor = createRedactor(options.redact, options.scrubUrlParams, options.apiKey)
  // An expression of the program may reach over lines; none of ours does.
  const redactsByLine = options.redact === false || options.redact.patterns.every((pattern) => typeof pattern === 'string')
  const writer = createLineWriter(redactor, options, platformFrames, redactsByLine)
  const { frames } = writer
  const fragmentOf = createFragments(writer)
  const runHook = createHooks(report)
  const { maxEventBytes, autoTruncate, beforeSend } = options

  const drop = (reason: 'before-send' | 'too-large'): undefined => {
    counts.dropped(reason)
    return undefined
  }

  /** @param line of the whole event @param build the event again, redacted, when it has to be cut */
  const fitted = (line: string, build: () => OutgoingEvent): string | undefined => {
    if (fits(line, maxEventBytes)) return line
    const cut = autoTruncate ? truncateEvent(withoutDefaults(build(), options), maxEventBytes) : undefined
    return cut ?? drop('too-large')
  }

  const writeEvent = (event: OutgoingEvent): string | undefined =>
    fitted(lineOf(writer.head(event), writer.fields(event), writer.members(event.attributes ?? {})), () => redactEvent(event, redactor))

  /** What nobody looks at is written as it is read. */
  const writeUnseen = (record: EventRecord): string | undefined => {
    const { attributes } = record
    const isPlain =
      record.options === undefined &&
      record.error === undefined &&
      record.request === undefined &&
      (record.breadcrumbs === undefined || record.breadcrumbs.length === 0)
    const fragment = isPlain ? fragmentOf(record.scope, record.bindings) : undefined
    if (fragment === undefined || overlaps(attributes, fragment.attributes)) {
      return writeEvent(buildEvent(record, frames))
    }
    const members = attributes === undefined ? '' : writer.members(attributes)
    const all = fragment.members === '' ? members : members === '' ? fragment.members : `${fragment.members},${members}`
    return fitted(lineOf(writer.head(record), fragment.fields, all), () => redactEvent(buildEvent(record, frames), redactor))
  }

  const writeSeen = (record: EventRecord, hooks: readonly BeforeSend[]): string | undefined => {
    let event: OutgoingEvent = withDefaults(buildEvent(record, frames), options)
    for (const hook of hooks) {
      const sent = runHook(hook, event)
      if (sent === undefined) return drop('before-send')
      event = sent
    }
    if (listeners.size === 0 && isKnown(event)) return writeEvent(event)
    event = redactEvent(event, redactor)
    if (listeners.size > 0) tell(event)
    return fitted(toLine(withoutDefaults(event, options)), () => event)
  }

  return (record) => {
    const own = record.options?.beforeSend ?? record.bindings?.options?.beforeSend
    if (own === undefined && beforeSend === undefined && listeners.size === 0) return writeUnseen(record)
    return writeSeen(
      record,
      [own, beforeSend].filter((hook) => hook !== undefined),
    )
  }
}

const lineOf = (head: string, fields: string, members: string): string =>
  members === '' ? `{${head}${fields}}` : `{${head}${fields},"attributes":{${members}}}`

function overlaps(attributes: JsonObject | undefined, shared: Fragment['attributes']): boolean {
  if (attributes === undefined || shared === undefined) return false
  for (const name in attributes) if (Object.hasOwn(shared, name)) return true
  return false
}

/** Hooks and listeners see them in each event; on the wire they stand once for a batch. */
function withDefaults(event: OutgoingEvent, options: ResolvedOptions): OutgoingEvent {
  for (const name of DEFAULTS) if (event[name] === undefined && options[name] !== '') event[name] = options[name]
  return event
}

function withoutDefaults(event: OutgoingEvent, options: ResolvedOptions): OutgoingEvent {
  const sent = { ...event }
  for (const name of DEFAULTS) if (sent[name] === options[name]) delete sent[name]
  return sent
}
