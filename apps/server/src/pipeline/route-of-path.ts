import { segmentOfRoute } from './route-of-segment.ts'

/** What only a path with something to replace has: digits, addresses, parameters, hex words, long unbroken text, files of a build. */
const LOOK = /[\d@%;(]|[a-f]{8}|[A-F]{8}|[^/]{16}|[A-Z].*\.[a-z]{2,4}$/

/**
 * The route that a path most likely belongs to, where nobody knows better: numbers, UUIDs, hex and long tokens become `:id`, so that
 * `/users/7/orders/9f86d081884c7d65` and the paths of all other users are one row. Words, versions (`v2`, `1.0`) and file names stay,
 * without the fingerprint of their build (`app.:id.js`).
 *
 * @param path with or without query and origin; `''` gives `''`.
 */
export function routeOfPath(path: string): string {
  const bare = pathOnly(path)
  return LOOK.test(bare) ? bare.split('/').map(segmentOfRoute).join('/') : bare
}

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
