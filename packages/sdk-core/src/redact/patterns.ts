import type { RedactionPattern } from '../options.ts'
import { redactCardNumbers } from './card-numbers.ts'
import { redactEmails } from './email-addresses.ts'
import { REDACTED } from './redacted.ts'

/** Takes out of a text what it knows; gives back the very text when there is nothing. */
export type TextRedaction = (text: string) => string

const SSN = /(?<!\d)\d{3}([- ])\d{2}\1\d{4}(?!\d)/g
const BEARER = /bearer/i
/** The word, and what follows it unless that is a word of a sentence about such tokens. */
const BEARER_TOKEN =
  /\bbearer(?:\s|%20|[+:=])+(?!(?:tokens?|auth\w*|scheme|realm|is|was|of|and|or|the|for|not|in|type|format)(?![\w.~+/=-]))[\w.~+/=%-]+/gi

const BUILT_IN: { readonly [Name in RedactionPattern]: TextRedaction } = {
  email: redactEmails,
  creditCard: redactCardNumbers,
  ssn: (text) => (text.length >= 11 ? text.replace(SSN, REDACTED) : text),
  bearer: (text) => (text.length >= 8 && BEARER.test(text) ? text.replace(BEARER_TOKEN, REDACTED) : text),
}

export const redactionFor = (pattern: RedactionPattern | RegExp): TextRedaction =>
  typeof pattern === 'string' ? BUILT_IN[pattern] : ownRedaction(pattern)

/** A copy that finds all matches wherever the original stands in its search. */
function ownRedaction(pattern: RegExp): TextRedaction {
  const all = new RegExp(pattern.source, `${pattern.flags.replace(/[gy]/g, '')}g`)
  return (text) => text.replace(all, maskMatch)
}

const maskMatch = (match: string): string => (match === '' ? '' : REDACTED)
