import type { Counts } from '../counts.ts'
import type { ResolvedOptions } from '../options.ts'
import type { Platform } from '../ports.ts'
import type { EventRecord } from '../record.ts'
import { createRedactor, type Redactor } from '../redact/redactor.ts'
import type { BeforeSend, JsonObject, OutgoingEvent } from '../types.ts'
import { createSnapshots } from '../values/snapshot.ts'
import { buildEvent } from './build-event.ts'
import { createFragments } from './fragments.ts'
import { cloneEvent, createHooks } from './hooks.ts'
import { membersOf, quote } from './line.ts'
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

const DEFAULTS = ['service', 'environment', 'release', 'host', 'dataset'] as const

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

function createWriter(options: ResolvedOptions, { counts, report, listeners, frames, tell }: Writing): Prepare {
  const redactor = createRedactor(options.redact, options.scrubUrlParams)
  const fragmentOf = createFragments(redactor)
  const runHook = createHooks(report)
  const { maxEventBytes, autoTruncate } = options
  const certainLength = Math.floor(maxEventBytes / 3)

  const drop = (reason: 'before-send' | 'too-large'): undefined => {
    counts.dropped(reason)
    return undefined
  }

  const writeWhole = (record: EventRecord): string | undefined => {
    let event: OutgoingEvent = withDefaults(buildEvent(record, frames), options)
    for (const hook of hooksOf(record, options)) {
      const sent = runHook(hook, event)
      if (sent === undefined) return drop('before-send')
      event = sent
    }
    event = redactEvent(event, redactor)
    if (listeners.size > 0) tell(event)
    event = withoutDefaults(event, options)
    const line = toLine(event)
    if (fits(line, maxEventBytes)) return line
    return (autoTruncate ? truncateEvent(event, maxEventBytes)?.line : undefined) ?? drop('too-large')
  }

  const writeFast = (record: EventRecord): string | undefined => {
    const fragment = fragmentOf(record.scope, record.bindings)
    const { attributes } = record
    if (attributes !== undefined && overlaps(attributes, fragment.names)) return writeWhole(record)
    const line = lineOf(record, fragment.fields, join(fragment.attributes, attributes === undefined ? '' : membersOf(attributes, redactor)), redactor)
    // What is too large is rare, and cut by its parts.
    return line.length <= certainLength || fits(line, maxEventBytes) ? line : writeWhole(record)
  }

  return (record) => {
    const isPlain =
      record.options === undefined && record.error === undefined && (record.breadcrumbs === undefined || record.breadcrumbs.length === 0)
    const isSeen = options.beforeSend !== undefined || listeners.size > 0 || record.bindings?.options?.beforeSend !== undefined
    return isPlain && !isSeen ? writeFast(record) : writeWhole(record)
  }
}

function lineOf({ id, timestamp, level, kind, message }: EventRecord, fields: string, attributes: string, redactor: Redactor): string {
  const head = `{"id":"${id}","timestamp":${timestamp},"level":"${level}","message":${quote(redactor.text(message))}`
  const ofKind = kind === 'log' ? '' : `,"kind":"${kind}"`
  return attributes === '' ? `${head}${ofKind}${fields}}` : `${head}${ofKind}${fields},"attributes":{${attributes}}}`
}

const join = (first: string, second: string): string => (first === '' ? second : second === '' ? first : `${first},${second}`)

function overlaps(attributes: JsonObject, names: ReadonlySet<string> | undefined): boolean {
  if (names === undefined) return false
  for (const name in attributes) if (names.has(name)) return true
  return false
}

/** The nearer first. */
function hooksOf({ options, bindings }: EventRecord, { beforeSend }: ResolvedOptions): BeforeSend[] {
  const own = options?.beforeSend ?? bindings?.options?.beforeSend
  return [own, beforeSend].filter((hook) => hook !== undefined)
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

/** Everything in an event was copied into plain JSON before; should that not be so, it is now. */
function toLine(event: OutgoingEvent): string {
  try {
    return JSON.stringify(event)
  } catch {
    return JSON.stringify(createSnapshots().value(event))
  }
}
