import { createHash } from 'node:crypto'

const PREFIX = 'rel_'
/** Longer versions get an id that cannot be read back. */
const READABLE_BYTES = 90

const check = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 6)

/**
 * The id of a version: always the same for the same one, so that nothing has to be kept for it; and the version can be read out of it, so that logs
 * that carry only the id belong to their release as well.
 */
export function releaseIdOf(version: string): string {
  const bytes = Buffer.from(version.toWellFormed())
  if (bytes.length > READABLE_BYTES) return PREFIX + createHash('sha256').update(bytes).digest('hex').slice(0, 32)
  return `${PREFIX}${check(bytes.toString())}${bytes.toString('base64url')}`
}

/** The version that an id of ours stands for; undefined for ids that callers made up. */
export function versionOfRelease(id: unknown): string | undefined {
  if (typeof id !== 'string' || !id.startsWith(PREFIX) || id.length <= 10 || id.length > 140) return undefined
  if (id === last.id) return last.version
  const version = Buffer.from(id.slice(10), 'base64url').toString()
  last = { id, version: releaseIdOf(version) === id ? version : undefined }
  return last.version
}

/** A program's logs carry the same id one after the other. */
let last: { id: string; version: string | undefined } = { id: '', version: undefined }
