import { isGiven, plainFlow, plainGroup, plainKind, plainText, plainTexts, plainTrace, plainUser } from './plain.ts'
import type { Bindings, RecordOptions } from './record.ts'
import type { Attributes, EventOptions, JsonObject } from './types.ts'
import type { Snapshots } from './values/snapshot.ts'

/** Options of one event or logger, copied. */
export interface CopiedOptions {
  readonly options: RecordOptions
  /** About how many bytes their groups take. */
  readonly sizeBytes: number
}

/** Copies what the caller may change later, and makes of it what it is declared to be. `error` and `timestamp` are read at the call itself. */
export const copyOptions = (snapshots: Snapshots, options: EventOptions): CopiedOptions => {
  let sizeBytes = 0
  const sized = <Copied>(copied: Copied): Copied => {
    sizeBytes += snapshots.lastBytes
    return copied
  }
  const { kind, tags, user, request, perf, deploy, action, requestId, sessionId } = options
  const { service, environment, release, dataset, fingerprint, notify, detail, beforeSend } = options
  const trace = plainTrace(snapshots, options.trace)
  const flow = plainFlow(snapshots, options.flow)
  const copy: { -readonly [Name in keyof RecordOptions]: RecordOptions[Name] } = {}
  if (trace !== undefined) copy.trace = trace
  if (flow !== undefined) copy.flow = flow
  if (isGiven(kind)) copy.kind = plainKind(kind)
  if (isGiven(tags)) copy.tags = plainTexts(snapshots, tags)
  if (isGiven(user)) copy.user = sized(plainUser(snapshots, user))
  if (isGiven(request)) copy.request = sized(plainGroup(snapshots, request))
  if (isGiven(perf)) copy.perf = sized(plainGroup(snapshots, perf))
  if (isGiven(deploy)) copy.deploy = sized(plainGroup(snapshots, deploy))
  if (isGiven(action)) copy.action = plainText(snapshots, action)
  if (isGiven(requestId)) copy.requestId = plainText(snapshots, requestId)
  if (isGiven(sessionId)) copy.sessionId = plainText(snapshots, sessionId)
  if (isGiven(service)) copy.service = plainText(snapshots, service)
  if (isGiven(environment)) copy.environment = plainText(snapshots, environment)
  if (isGiven(release)) copy.release = plainText(snapshots, release)
  if (isGiven(dataset)) copy.dataset = plainText(snapshots, dataset)
  if (isGiven(fingerprint))
    copy.fingerprint = typeof fingerprint === 'object' ? plainTexts(snapshots, fingerprint) : plainText(snapshots, fingerprint)
  if (isGiven(notify)) copy.notify = Boolean(notify)
  if (isGiven(detail)) copy.detail = sized(snapshots.attributes(detail))
  if (isGiven(beforeSend)) copy.beforeSend = beforeSend
  return { options: copy, sizeBytes }
}

/** A child's bindings with its parent's: attributes one by one, options as a whole, tags together. */
export const bind = (snapshots: Snapshots, parent: Bindings | undefined, attributes: Attributes, options: EventOptions | undefined): Bindings => {
  const own = isGiven(attributes) ? snapshots.attributes(attributes) : {}
  const copied = isGiven(options) ? copyOptions(snapshots, options).options : undefined
  return { attributes: mergeAttributes(parent?.attributes, own), options: mergeOptions(parent?.options, copied) }
}

const mergeAttributes = (parent: JsonObject | undefined, own: JsonObject): JsonObject => (parent === undefined ? own : { ...parent, ...own })

/** Tags add up; everything else of the nearer one wins. */
const mergeOptions = (parent: RecordOptions | undefined, own: RecordOptions | undefined): RecordOptions | undefined => {
  if (parent === undefined || own === undefined) return own ?? parent
  const tags = [...new Set([...(parent.tags ?? []), ...(own.tags ?? [])])]
  return { ...parent, ...own, ...(tags.length === 0 ? {} : { tags }) }
}
