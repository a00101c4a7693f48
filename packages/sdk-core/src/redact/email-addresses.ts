import { REDACTED } from './redacted.ts'

const AT = /@|%40/gi

/** Takes out e-mail addresses, also where the `@` is written `%40`. Read by hand: an expression for them can need quadratic time. */
export function redactEmails(text: string): string {
  if (!text.includes('@') && !text.includes('%40')) return text
  let redacted = ''
  let kept = 0
  /** Where the last sign ended: nothing before it is looked at again. */
  let last = 0
  for (const { 0: at, index } of text.matchAll(AT)) {
    let from = index
    while (from > last && isLocal(text.charCodeAt(from - 1))) from--
    last = index + at.length
    const end = domainEnd(text, last)
    if (from === index || end < 0 || index < kept) continue
    redacted += text.slice(kept, from) + REDACTED
    kept = end
  }
  return kept === 0 ? text : redacted + text.slice(kept)
}

/** Where the domain that begins here ends; -1 when there is none with a dot and a name of letters at its end (`pino@10.4.0` has none). */
function domainEnd(text: string, from: number): number {
  let end = -1
  let label = from
  for (let at = from; ; at++) {
    const code = text.charCodeAt(at)
    if (isLabel(code)) continue
    if (at === label) return end
    if (label > from && at - label >= 2 && isLetter(text.charCodeAt(label))) end = at
    if (code !== 46) return end
    label = at + 1
  }
}

const isLetter = (code: number): boolean => (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code >= 128
const isWord = (code: number): boolean => isLetter(code) || (code >= 48 && code <= 57)
const isLabel = (code: number): boolean => isWord(code) || code === 45
/** Letters, digits and `.` `_` `%` `+` `-` `'`: what a quote, a bracket or `=` ends. */
const isLocal = (code: number): boolean => isWord(code) || code === 46 || code === 95 || code === 37 || code === 43 || code === 45 || code === 39
