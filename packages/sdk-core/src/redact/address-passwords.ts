import { REDACTED } from './redacted.ts'

/** `postgres://ann:secret@db` */
const PASSWORD = /([a-z][a-z\d+.-]{1,30}:\/\/[^\s/?#:@]{0,200}:)[^\s/?#@]{1,500}@/gi

/** Takes the password out of addresses that hold one: connection strings end in error messages. */
export const redactAddressPasswords = (text: string): string =>
  text.includes('://') && text.includes('@') ? text.replace(PASSWORD, `$1${REDACTED}@`) : text
