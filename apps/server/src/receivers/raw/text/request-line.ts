import type { Level } from '@heartwood/protocol'
import type { RequestFields } from './reading.ts'

/** Errors of the server are errors, those of the client warnings. */
export const levelOfStatus = (status: number): Level => (status >= 500 ? 'error' : status >= 400 ? 'warn' : 'info')

/** A path that was not encoded may hold spaces; then only the version at the end shows that it is a request. */
const REQUEST_LINE = /^([A-Z][A-Z-]{1,19}) (?:(\S+)(?: HTTP\/\d(?:\.\d)?)?|(\S.*) HTTP\/\d(?:\.\d)?)$/

/** Method and path of `GET /a?b=c HTTP/1.1`; nothing for the garbage that scanners send. */
export const readRequestLine = (text: string): RequestFields => {
  const match = REQUEST_LINE.exec(text)
  return match ? { method: match[1] ?? '', path: match[2] ?? match[3] ?? '' } : {}
}
