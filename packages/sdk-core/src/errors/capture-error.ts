import type { CapturedError } from '../record.ts'
import type { JsonObject } from '../types.ts'
import { describeCause, linkedErrors } from './causes.ts'
import { isObject, messageOf, typeOf } from './look.ts'
import { CAUSED_BY } from './parse-stack.ts'
import { type OwnProperties, ownProperties, toAttributes } from './properties.ts'
import { stackText } from './stack-text.ts'

const MAX_STACK = 131_072

/**
 * Makes of anything that was thrown what an event says of it. Never throws.
 *
 * Class, message and scalar properties are copied at once. Stacks, causes and nested properties are read by `read()`, which keeps its
 * answer and lets the error go: formatting one stack costs 10 to 20 µs, which the caller does not pay.
 */
export function captureError(value: unknown): CapturedError {
  try {
    return capture(value)
  } catch {
    // A proxy whose every trap throws, or no stack space left.
    return unreadable
  }
}

const unreadable: CapturedError = {
  type: 'Error',
  message: 'an error that cannot be read',
  read: () => ({ stack: undefined, detail: undefined, attributes: undefined }),
}

function capture(value: unknown): CapturedError {
  const properties = isObject(value) ? ownProperties(value) : undefined
  return lazily(typeOf(value), messageOf(value), value, properties)
}

/** @param held lets go of the value as soon as it was read */
function lazily(type: string, message: string, held: unknown, properties: OwnProperties | undefined): CapturedError {
  let value = held
  let own = properties
  let answer: ReturnType<CapturedError['read']> | undefined
  return {
    type,
    message,
    read() {
      if (answer === undefined) {
        answer = readAll(value, own)
        value = undefined
        own = undefined
      }
      return answer
    },
  }
}

function readAll(value: unknown, properties: OwnProperties | undefined): ReturnType<CapturedError['read']> {
  try {
    if (!isObject(value)) return { stack: undefined, detail: undefined, attributes: undefined }
    const linked = linkedErrors(value)
    const detail: JsonObject | undefined = linked.length === 0 ? undefined : { causes: linked.map(describeCause) }
    const parts = [
      stackText(value),
      ...linked.map((link) => CAUSED_BY + (stackText(link.value) ?? `${typeOf(link.value)}: ${messageOf(link.value)}`)),
    ]
    return {
      stack: joined(
        parts.filter((part) => part !== undefined),
        parts[0] === undefined && linked.length > 0 ? `${typeOf(value)}: ${messageOf(value)}` : undefined,
      ),
      detail,
      attributes: properties === undefined ? undefined : toAttributes(properties),
    }
  } catch {
    return { stack: undefined, detail: undefined, attributes: undefined }
  }
}

function joined(parts: readonly string[], header: string | undefined): string | undefined {
  const all = header === undefined ? parts : [header, ...parts]
  if (all.length === 0) return undefined
  let text = ''
  for (const part of all) {
    if (text.length + part.length > MAX_STACK) break
    text += text === '' ? part : `\n${part}`
  }
  return text
}
