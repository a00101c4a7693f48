/** Of each of its two halves. */
const KEPT = 500
/** Longer texts seldom come again. */
const LONGEST = 200

/**
 * Remembers which texts, of those that come again and again, there was nothing to do for: to look one up costs a fifth of looking through it.
 * At most 1,000 of at most 200 characters, those that came lately.
 * @param json writes a text as JSON, by nothing but the text
 */
export const createMemo = (json: (text: string) => string): ((text: string) => string) => {
  let lately = new Map<string, string>()
  let before = new Map<string, string>()
  return (text) => {
    if (text.length > LONGEST) return json(text)
    const known = lately.get(text)
    if (known !== undefined) return known
    const made = before.get(text) ?? json(text)
    // A text of its own: the one given may be a window on a long one, which it would keep in memory.
    const own = made.slice(1, -1)
    if (own !== text) return made
    if (lately.size >= KEPT) {
      before = lately
      lately = new Map()
    }
    lately.set(own, made)
    return made
  }
}
