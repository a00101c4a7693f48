import { CAUSED_BY } from '../errors/parse-stack.ts'
import type { Platform } from '../ports.ts'
import type { JsonObject } from '../types.ts'

/** What errors of one place have in common, whatever they say: read and written once. */
export interface Stacks {
  /** For `detail.frames`; not to be changed. */
  frames(stack: string): JsonObject[] | undefined
  /** The JSON of such frames; undefined for all else. */
  framesJson(value: object): string | undefined
  /** The JSON of a stack; undefined when nothing of it is kept. */
  stackJson(stack: string): string | undefined
}

export interface StackWriter {
  /** Redacted JSON. */
  frames(frames: JsonObject[]): string
  text(text: string): string
}

interface Kept {
  readonly frames: JsonObject[] | undefined
  json: string | undefined
  text: string | undefined
}

const MAX_KEPT = 100
const MAX_LENGTH = 16_384
const FIRST_FRAME = /(?:^|\n)[^\S\n]*at /

/** Errors before the first frame have none themselves, and count all the same. */
const causesIn = (head: string): number => head.split(`\n${CAUSED_BY}`).length - 1

/** @param splits whether a stack is redacted in two parts as it is whole */
export function createStacks(framesOf: NonNullable<Platform['frames']>, writer: StackWriter, splits: boolean): Stacks {
  const kept = new Map<string, Kept>()
  let lastStack = ''
  let lastStart = -1
  let last: Kept | undefined

  const find = (stack: string): Kept | undefined => {
    if (stack === lastStack) return last
    lastStack = stack
    lastStart = FIRST_FRAME.exec(stack)?.index ?? -1
    last = lastStart < 0 ? undefined : lookUp(`\n${CAUSED_BY}`.repeat(causesIn(stack.slice(0, lastStart))) + stack.slice(lastStart))
    return last
  }
  const lookUp = (text: string): Kept => {
    const known = kept.get(text)
    if (known !== undefined) return known
    const made = { frames: framesOf(text), json: undefined, text: undefined }
    if (text.length > MAX_LENGTH) return made
    if (kept.size >= MAX_KEPT)
      for (const oldest of kept.keys()) {
        kept.delete(oldest)
        break
      }
    kept.set(text, made)
    return made
  }

  return {
    frames: (stack) => find(stack)?.frames,
    framesJson(value) {
      if (last === undefined || last.frames !== value) return undefined
      last.json ??= writer.frames(last.frames)
      return last.json
    },
    stackJson(stack) {
      const found = splits ? find(stack) : undefined
      if (found === undefined) return undefined
      found.text ??= writer.text(stack.slice(lastStart))
      // Both are texts in quotes.
      return writer.text(stack.slice(0, lastStart)).slice(0, -1) + found.text.slice(1)
    },
  }
}
