import { cutLater } from './cut-text.ts'

/** Enough to tell a file's format; too few to hold an address or the number of a card, which nobody would find in them. */
const SHOWN_BYTES = 8
const SHOWN_NUMBERS = 16
const SHOWN_TEXT = 200

/** What was thrown, in few words. Never throws itself. */
export function describeThrown(thrown: unknown): string {
  try {
    const message = typeof thrown === 'object' && thrown !== null && 'message' in thrown ? thrown.message : thrown
    return `[Throws: ${cutLater(String(message), SHOWN_TEXT)}]`
  } catch {
    return '[Throws]'
  }
}

/** A member, or what its getter threw. */
export function readMember(object: object, name: string): unknown {
  try {
    return (object as { readonly [name: string]: unknown })[name]
  } catch (thrown) {
    return describeThrown(thrown)
  }
}

/** Its own members in a new object, each as {@link readMember} has it. Throws where they cannot even be listed. */
export function readMembers(object: object): { [name: string]: unknown } {
  const members: { [name: string]: unknown } = {}
  for (const name of Object.keys(object)) members[name] = readMember(object, name)
  return members
}

export function describeFunction(value: object): string {
  const { name } = value as { name?: unknown }
  return typeof name === 'string' && name !== '' ? `[Function: ${name.slice(0, SHOWN_TEXT)}]` : '[Function]'
}

/** `[Buffer: 5 bytes, 68656c6c6f]`, `[Float64Array: 3 numbers, 1, 2, 3]`: what it is, how long, and its beginning. */
export function describeBinary(value: ArrayBufferView | ArrayBufferLike): string {
  if (!ArrayBuffer.isView(value))
    return describeBytes(nameOf(value, 'ArrayBuffer'), new Uint8Array(value, 0, Math.min(SHOWN_BYTES, value.byteLength)), value.byteLength)
  const name = nameOf(value, 'TypedArray')
  if (value instanceof DataView || !('length' in value) || (value as Uint8Array).BYTES_PER_ELEMENT === 1) {
    return describeBytes(name, new Uint8Array(value.buffer, value.byteOffset, Math.min(SHOWN_BYTES, value.byteLength)), value.byteLength)
  }
  const numbers = value as unknown as ArrayLike<number | bigint> // what every view but DataView is
  const shown = Array.from({ length: Math.min(SHOWN_NUMBERS, numbers.length) }, (_, index) => String(numbers[index]))
  return `[${name}: ${numbers.length} numbers${shown.length > 0 ? `, ${shown.join(', ')}` : ''}${numbers.length > shown.length ? '…' : ''}]`
}

function describeBytes(name: string, beginning: Uint8Array, length: number): string {
  let hex = ''
  for (const byte of beginning) hex += byte.toString(16).padStart(2, '0')
  return `[${name}: ${length} bytes${hex === '' ? '' : `, ${hex}`}${length > beginning.length ? '…' : ''}]`
}

function nameOf(value: object, fallback: string): string {
  const maker: unknown = value.constructor
  return typeof maker === 'function' && maker.name !== '' ? maker.name : fallback
}
