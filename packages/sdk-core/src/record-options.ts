import type { Bindings, RecordOptions } from './record.ts'
import type { Attributes, EventOptions, JsonObject } from './types.ts'
import type { Snapshots } from './values/snapshot.ts'

/** Copies what the caller may change later. `error` and `timestamp` are read at the call itself. */
export const copyOptions = (snapshots: Snapshots, options: EventOptions): RecordOptions => {
  const { error: _error, timestamp: _timestamp, perf, deploy, detail, tags, user, request, fingerprint, ...rest } = options
  const copy: { -readonly [Name in keyof RecordOptions]: RecordOptions[Name] } = rest
  if (tags !== undefined) copy.tags = Array.from(tags, String)
  if (user !== undefined) copy.user = snapshots.attributes(user)
  if (request !== undefined) copy.request = snapshots.attributes(request)
  if (perf !== undefined) copy.perf = snapshots.attributes(perf)
  if (deploy !== undefined) copy.deploy = snapshots.attributes(deploy)
  if (detail !== undefined) copy.detail = snapshots.attributes(detail)
  if (fingerprint !== undefined) copy.fingerprint = typeof fingerprint === 'string' ? fingerprint : Array.from(fingerprint, String)
  return copy
}

/** A child's bindings with its parent's: attributes one by one, options as a whole, tags together. */
export const bind = (snapshots: Snapshots, parent: Bindings | undefined, attributes: Attributes, options: EventOptions | undefined): Bindings => {
  const own = snapshots.attributes(attributes)
  const copied = options === undefined ? undefined : copyOptions(snapshots, options)
  return { attributes: mergeAttributes(parent?.attributes, own), options: mergeOptions(parent?.options, copied) }
}

const mergeAttributes = (parent: JsonObject | undefined, own: JsonObject): JsonObject => (parent === undefined ? own : { ...parent, ...own })

/** Tags add up; everything else of the nearer one wins. */
export const mergeOptions = (parent: RecordOptions | undefined, own: RecordOptions | undefined): RecordOptions | undefined => {
  if (parent === undefined || own === undefined) return own ?? parent
  const tags = [...new Set([...(parent.tags ?? []), ...(own.tags ?? [])])]
  return { ...parent, ...own, ...(tags.length === 0 ? {} : { tags }) }
}
