import { hash, randomBytes, randomInt } from 'node:crypto'

const LETTERS_AND_DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** Letters and digits only, so that a double click selects all of it. 32 characters hold 190 bits. */
export const randomText = (length: number): string => Array.from({ length }, () => LETTERS_AND_DIGITS[randomInt(62)]).join('')

/** 256 bits, safe in URLs and cookies. */
export const randomToken = (): string => randomBytes(32).toString('base64url')

/** An id that says what it is of, such as `key_…`. */
export const newId = (prefix: string): string => `${prefix}_${randomText(20)}`

/** How random secrets are stored: they cannot be guessed, so a fast hash does; passwords have `passwords.ts`. */
export const hashSecret = (secret: string): string => hash('sha256', secret, 'base64url')
