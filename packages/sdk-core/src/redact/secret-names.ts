/** Case, `_`, `-` and blanks do not tell names apart. */
const plainName = (name: string): string => name.toLowerCase().replace(/[-_ ]/g, '')

/** @returns whether a name, or any part of a dotted one, is among them */
export function createNameTest(names: readonly string[]): (name: string) => boolean {
  const secrets = new Set(names.map(plainName))
  return (name) => secrets.has(plainName(name)) || (name.includes('.') && name.split('.').some((part) => secrets.has(plainName(part))))
}
