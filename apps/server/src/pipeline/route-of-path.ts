const ID = ':id'
const DIGIT = /\d/
const UUID = /^[{(]?[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}[)}]?$/i
const HEX = /^(?:0x)?[0-9a-f]{8,}$/i
const LONG_HEX = /^[0-9a-f]{16,}$/i
/** Whole numbers, dates, coordinates, lists of ids: digits and what stands between them. */
const NUMERIC = /^[+-]?\d[\d.,:;_+-]*$/
const VERSION = /^\d{1,2}(?:\.\d{1,3}){1,2}$/
/** `order-12345`: what is counted stands at the end of words. */
const COUNTED = /^(\D{1,40}[-_.:])\d{3,}$/
const EMAIL = /^[^@]+(?:@|%40)[^@]+\.[^@]+$/i
/** Longest part of a path that is taken for words without a look at what they are. */
const WORDS = 40
const TOKEN = 16

/**
 * The route that a path most likely belongs to, where nobody knows better: numbers, UUIDs, hex and long tokens become `:id`, so that
 * `/users/7/orders/9f86d081884c7d65` and the paths of all other users are one row. Words, versions (`v2`, `1.0`) and file names stay.
 *
 * @param path with or without query and origin; `''` gives `''`.
 */
export function routeOfPath(path: string): string {
  const bare = pathOnly(path)
  if (!DIGIT.test(bare) && bare.length <= TOKEN) return bare
  return bare.split('/').map(segmentOfRoute).join('/')
}

/** The route of a request: the pattern that was sent, or the normalised path where none was sent or the path itself stands in its place. */
export const routeOf = (route: string, path: string): string =>
  route === '' || route === path || route === pathOnly(path) ? routeOfPath(path) : route

/** A path without origin, query and fragment; repeated slashes at its start are one. */
export function pathOnly(path: string): string {
  let start = 0
  const scheme = path.charCodeAt(0) === 47 ? -1 : path.indexOf('://')
  if (scheme > 0 && scheme < 20) {
    start = path.indexOf('/', scheme + 3)
    if (start < 0) return '/'
  }
  while (path.charCodeAt(start) === 47 && path.charCodeAt(start + 1) === 47) start++
  let end = start
  for (; end < path.length; end++) {
    const code = path.charCodeAt(end)
    if (code === 63 || code === 35) break
  }
  return path.slice(start, end)
}

function segmentOfRoute(segment: string): string {
  if (segment === '') return segment
  if (!DIGIT.test(segment)) {
    const unbroken = segment.length > WORDS && !/[-_.]/.test(segment)
    return unbroken || LONG_HEX.test(segment) ? ID : EMAIL.test(segment) ? ':email' : segment
  }
  if (NUMERIC.test(segment)) return VERSION.test(segment) ? segment : ID
  if (HEX.test(segment) || UUID.test(segment)) return ID
  if (EMAIL.test(segment)) return ':email'
  const counted = COUNTED.exec(segment)
  if (counted?.[1] !== undefined) return counted[1] + ID
  return segment.length >= TOKEN && isToken(segment) ? ID : segment
}

/** Letters and digits mixed within one part: no word, no file name and no slug looks like that, at this length. */
function isToken(segment: string): boolean {
  const parts = segment.split(/[-_.~+=]/)
  return parts.some((part) => part.length >= 8 && (part.match(/[A-Za-z]\d|\d[A-Za-z]/g)?.length ?? 0) >= 2)
}
