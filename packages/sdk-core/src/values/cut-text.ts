/** The text, or its first `limit` characters and how many are missing: `…[+123]`, the mark that the server uses too. */
export function cutText(text: string, limit: number): string {
  if (text.length <= limit) return text
  const end = wholeEnd(text, limit)
  return `${text.slice(0, end)}…[+${text.length - end}]`
}

/** Characters that stay behind a cut until the text was redacted: what begins before the cut is known by what comes after it. */
const MARGIN = 1_024
/** Behind the mark of a cut that is not done yet. Hooks see it in long texts: a word joiner, which takes no room. */
const PENDING = '\u2060'
const MARK = /…?\[\+(\d{1,15})\]$/
const MARK_LENGTH = 20

/** As {@link cutText}, for a text that is redacted later: `finishCuts` then takes away the rest. */
export function cutLater(text: string, limit: number): string {
  if (text.length <= limit) return text
  const end = wholeEnd(text, limit)
  return `${text.slice(0, end + MARGIN)}…[+${text.length - end}]${PENDING}`
}

/** The redacted text without what {@link cutLater} left standing for the redaction. */
export function finishCuts(text: string): string {
  if (text.length <= MARGIN || !text.includes(PENDING)) return text
  let done = ''
  let from = 0
  for (let at = text.indexOf(PENDING); at >= 0; at = text.indexOf(PENDING, at + 1)) {
    const mark = MARK.exec(text.slice(Math.max(from, at - MARK_LENGTH), at))
    if (mark === null) continue
    const missing = Number(mark[1])
    const end = at - mark[0].length - Math.min(MARGIN, missing)
    done += `${text.slice(from, wholeEnd(text, Math.max(from, end)))}…[+${missing}]`
    from = at + 1
  }
  return done + text.slice(from)
}

/** Half a surrogate pair says nothing. */
function wholeEnd(text: string, end: number): number {
  const last = text.charCodeAt(end - 1)
  return last >= 0xd800 && last < 0xdc00 ? end - 1 : end
}

/** A copy that does not hold on to the text it was cut from: engines keep a part of a text as a window on the whole. */
export const detached = (text: string): string => JSON.parse(JSON.stringify(text)) as string
