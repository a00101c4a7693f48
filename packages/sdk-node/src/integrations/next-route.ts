/**
 * Next tells a handler its parameters, not its pattern. The values are found again in the path, from its end: a static part that happens to
 * equal a value stands before it more often than after.
 * @param params by name, in the order of the pattern; lists are those of `[...name]`
 * @returns undefined where no value stands in the path, as behind a rewrite: a path is no pattern
 */
export const routeOf = (path: string, params: { readonly [name: string]: unknown }): string | undefined => {
  const segments = path.split('/')
  const plain = segments.map(decoded)
  const all = Object.entries(params).filter(([, value]) => value !== undefined)
  for (const [name, value] of all.reverse()) {
    const values = (Array.isArray(value) ? value : [value]).map((part) => decoded(String(part)))
    const start = lastIndexOf(plain, values)
    if (start === -1) continue
    segments.splice(start, values.length, Array.isArray(value) ? `[...${name}]` : `[${name}]`)
    // NUL stands in no path: what was found once is not found again.
    plain.splice(start, values.length, '\0')
  }
  const route = segments.join('/')
  return route === path && all.length > 0 ? undefined : route
}

const lastIndexOf = (all: readonly string[], part: readonly string[]): number => {
  for (let start = all.length - part.length; part.length > 0 && start >= 0; start -= 1) {
    if (part.every((value, index) => all[start + index] === value)) return start
  }
  return -1
}

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
