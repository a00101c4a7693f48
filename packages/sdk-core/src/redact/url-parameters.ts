import type { TextRedaction } from './patterns.ts'
import { REDACTED } from './redacted.ts'
import { createNameTest } from './secret-names.ts'

/** A parameter wherever an address may stand: whole, relative, cut off, inside a sentence, behind `?`, `&`, `;` or `#`. */
const PARAMETER = /([?&#;])([^\s?&#;="'<>]{1,200})=([^\s&#;"'<>]+)/g

/** Masks values of named query parameters in addresses, wherever they stand in a text. Names as for attributes. */
export function createUrlRedaction(names: readonly string[]): TextRedaction | undefined {
  if (names.length === 0) return undefined
  const isSecret = createNameTest(names)
  const mask = (whole: string, mark: string, name: string): string => (isSecret(innermost(decoded(name))) ? `${mark}${name}=${REDACTED}` : whole)
  return (text) => (text.includes('=') ? text.replace(PARAMETER, mask) : text)
}

function decoded(name: string): string {
  if (!name.includes('%')) return name
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}

/** `token` of `token[]`, `user[token]`. */
const innermost = (name: string): string => (name.endsWith(']') ? (/([^[\]]+)(?:\]|\[\])*$/.exec(name)?.[1] ?? name) : name)
