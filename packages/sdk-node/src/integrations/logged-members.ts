/** Adds the members of an object that was logged to attributes; one that cannot be read says so, and the call that logged it goes on. */
export const addMembers = (attributes: { [name: string]: unknown }, logged: object): void => {
  for (const name of Object.keys(logged)) {
    try {
      attributes[name] = (logged as { readonly [name: string]: unknown })[name]
    } catch (thrown) {
      attributes[name] = `[Throws: ${thrown instanceof Error ? thrown.message : String(thrown)}]`
    }
  }
}
