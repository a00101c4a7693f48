/// <reference lib="es2024.string" />

/** Cuts a text to the limit and says how much is missing: `…[+1234]`. Never leaves half of a surrogate pair. */
export function cutText(text: string, limit: number): string {
  let missing = text.length - limit
  if (missing <= 0) return text
  // The mark takes room of its own; its length may grow with the number that it holds, so count twice.
  for (let pass = 0; pass < 2; pass++) missing = text.length - limit + mark(missing).length
  let end = text.length - missing
  const last = text.charCodeAt(end - 1)
  if (last >= 0xd800 && last <= 0xdbff) {
    end--
    missing++
  }
  return text.slice(0, end) + mark(missing)
}

const mark = (missing: number): string => `…[+${missing}]`

/** JSON of anything a decoder can give; never throws. */
export function jsonText(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'null'
  } catch {
    try {
      return JSON.stringify(value, (_key, item: unknown) => (typeof item === 'bigint' ? String(item) : item)) ?? 'null'
    } catch {
      return '"[nested too deeply]"'
    }
  }
}
