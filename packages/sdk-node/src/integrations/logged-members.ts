import { readMembers } from '@heartwood/sdk-core'

/** Adds the members of an object that was logged to attributes; one that cannot be read says so, and the call that logged it goes on. */
export const addMembers = (attributes: { [name: string]: unknown }, logged: object): void => {
  Object.assign(attributes, readMembers(logged))
}
