/** The text, or its first `limit` characters and how many are missing: `…[+123]`, the mark that the server uses too. */
export function cutText(text: string, limit: number): string {
  if (text.length <= limit) return text
  const last = text.charCodeAt(limit - 1)
  // Half a surrogate pair says nothing.
  const end = last >= 0xd800 && last < 0xdc00 ? limit - 1 : limit
  return `${text.slice(0, end)}…[+${text.length - end}]`
}

/** A copy that does not hold on to the text it was cut from: engines keep a part of a text as a window on the whole. */
export const detached = (text: string): string => JSON.parse(JSON.stringify(text)) as string
