import { REDACTED } from './redacted.ts'

const MIN_DIGITS = 13
const MAX_DIGITS = 19
/** Digits in groups, with single blanks or hyphens between them; at least 13. */
const DIGITS = /\d(?:[ -]?\d){12,}/
const ALL_DIGITS = /\d(?:[ -]?\d){12,}/g

/**
 * As cards are printed (4-4-4-4, 4-4-4-4-3, 4-6-5, 4-6-4), with what else joins groups of a number: dots and the blanks at which no line breaks.
 * Between groups of other lengths those stand in versions, addresses, decimals and amounts.
 */
const PRINTED = /(?<!\d|\d\.)\d{4}([.\u00a0\u2007\u202f])(?:\d{4}\1\d{4}\1\d{4}(?:\1\d{3})?|\d{6}\1\d{4,5})(?!\d|\.\d)/g
const SHORTEST_PRINTED = 16

const hasManyDigits = (text: string): boolean => text.length >= MIN_DIGITS && DIGITS.test(text)

/** Takes out numbers of payment cards: 13 to 19 digits that begin and end as a group does, with a known beginning and a right check digit. */
export const redactCardNumbers = (text: string): string => redactPrinted(hasManyDigits(text) ? text.replace(ALL_DIGITS, redactRun) : text)

const redactPrinted = (text: string): string =>
  text.length < SHORTEST_PRINTED ? text : text.replace(PRINTED, (number) => (isCardNumber(number.replace(/\D/g, '')) ? REDACTED : number))

/** A run may hold more than the card, such as `order 7 4111 1111 1111 1111`: each window of whole groups is looked at. */
function redactRun(run: string): string {
  let redacted = ''
  let kept = 0
  for (let from = 0; from < run.length; ) {
    const end = isDigit(run, from) && !isDigit(run, from - 1) ? cardEnd(run, from) : -1
    if (end < 0) {
      from++
      continue
    }
    redacted += run.slice(kept, from) + REDACTED
    kept = end
    from = end
  }
  return kept === 0 ? run : redacted + run.slice(kept)
}

/** Where the longest card number ends that begins here; -1 when none does. */
function cardEnd(run: string, from: number): number {
  let digits = ''
  let end = -1
  for (let at = from; at < run.length && digits.length < MAX_DIGITS; at++) {
    if (!isDigit(run, at)) continue
    digits += run[at]
    if (!isDigit(run, at + 1) && isCardNumber(digits)) end = at + 1
  }
  return end
}

const isDigit = (text: string, at: number): boolean => {
  const code = text.charCodeAt(at)
  return code >= 48 && code <= 57
}

const isCardNumber = (digits: string): boolean => hasKnownBeginning(digits) && passesLuhn(digits)

/** Lengths that the schemes give out; stamps in milliseconds to nanoseconds begin with 1 and are none. */
function hasKnownBeginning({ length, 0: first }: string): boolean {
  switch (first) {
    case '2':
      return length === 16
    case '3':
      return length >= 14 && length <= MAX_DIGITS
    case '4':
      return length === 13 || length === 16 || length === 19
    case '5':
    case '6':
      return length >= MIN_DIGITS && length <= MAX_DIGITS
    default:
      return false
  }
}

function passesLuhn(digits: string): boolean {
  let sum = 0
  for (let at = digits.length - 1, twice = false; at >= 0; at--, twice = !twice) {
    const digit = digits.charCodeAt(at) - 48
    sum += twice ? (digit > 4 ? digit * 2 - 9 : digit * 2) : digit
  }
  return sum % 10 === 0
}
