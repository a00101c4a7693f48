import { describeReceived, isRegExp, type OptionError, wrongOption } from '@heartwood/sdk-core'

/** Requests that make no event: by the exact path or route, or by a pattern that the path fits. */
export type Ignore = readonly (string | RegExp)[]

/** @throws OptionError */
export const createIgnore = (ignore: Ignore | undefined): ((path: string, route: string | undefined) => boolean) => {
  if (ignore === undefined) return () => false
  if (!Array.isArray(ignore)) throw wrong('ignore', ignore)
  const exact = new Set<string>()
  const patterns: RegExp[] = []
  ignore.forEach((entry: unknown, index) => {
    if (typeof entry === 'string') exact.add(entry)
    // Without `g` and `y`, which would make a pattern remember where it stopped in the request before.
    else if (isRegExp(entry)) patterns.push(new RegExp(entry.source, entry.flags.replace(/[gy]/g, '')))
    else throw wrong(`ignore[${index}]`, entry)
  })
  return (path, route) => {
    if (exact.size > 0 && (exact.has(path) || (route !== undefined && exact.has(route)))) return true
    for (const pattern of patterns) if (pattern.test(path)) return true
    return false
  }
}

const wrong = (option: string, value: unknown): OptionError =>
  wrongOption({ option }, option === 'ignore' ? 'a list of paths and patterns' : 'a path or a RegExp', describeReceived(value))
