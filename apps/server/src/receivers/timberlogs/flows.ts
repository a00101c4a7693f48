import { randomInt } from 'node:crypto'
import { parseJson } from '../native/decode-lenient.ts'
import { decodeText } from '../native/decode-text.ts'

const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789'
const RANDOM_LENGTH = 8
/** A longer id makes each log of its flow throw inside the application. */
const MAX_BYTES = 50

/** `<name>-<8 of a–z 0–9>`; the name is cut at a character's edge. */
export function newFlowId(name: string): string {
  const room = MAX_BYTES - RANDOM_LENGTH - 1
  let kept = ''
  let bytes = 0
  for (const character of name === '' ? 'flow' : name) {
    bytes += Buffer.byteLength(character)
    if (bytes > room) break
    kept += character
  }
  return `${kept}-${Array.from({ length: RANDOM_LENGTH }, () => LETTERS[randomInt(LETTERS.length)]).join('')}`
}

/** The name in the body of `POST /v1/flows`; undefined when there is none. */
export function readFlowName(body: unknown): string | undefined {
  if (!(body instanceof Uint8Array)) return undefined
  const value = parseJson(decodeText(body))
  if (typeof value !== 'object' || value === null || !('name' in value)) return undefined
  return typeof value.name === 'string' ? value.name.toWellFormed() : undefined
}
