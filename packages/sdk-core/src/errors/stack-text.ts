import { cutLater } from '../values/cut-text.ts'
import { isErrorLike, messageOf, read, typeOf } from './look.ts'
import { CAUSED_BY } from './parse-stack.ts'

const MAX_HEADER = 8_192
const MAX_FRAMES = 32_768

/** The stack of one error as it is shown: with its class and message at the top, whatever was changed since it was made. undefined without one. */
export function stackText(error: unknown): string | undefined {
  if (!isErrorLike(error)) return undefined
  const stack = read(error, 'stack')
  if (typeof stack !== 'string' || stack === '') return undefined
  const at = frameStart(stack)
  const header = at < 0 ? stack : stack.slice(0, at)
  const frames = at < 0 ? '' : stack.slice(at)
  const text = cutLater(headerOf(error, header), MAX_HEADER) + cutFrames(frames)
  // Such a line of a message would be taken for the beginning of a cause.
  return text.replaceAll(`\n${CAUSED_BY}`, `\n ${CAUSED_BY}`)
}

/** Where the first frame begins: frames of code that is not ours may come after any text. */
function frameStart(stack: string): number {
  // Blanks of one line: across lines it would take the square of their number.
  const match = /\n[^\S\n]+at /.exec(stack)
  return match === null ? -1 : match.index
}

/** V8 writes the header when the error is made: before its class could set a name, or the program another message. */
function headerOf(error: object, header: string): string {
  const type = typeOf(error)
  const message = messageOf(error)
  const word = /^[\w$.]+/.exec(header)?.[0] ?? ''
  const said = read(error, 'message')
  const current = typeof said !== 'string' || header.includes(said)
  // Source maps put the line of the source first: that stays as it is.
  if (!current && (word === '' || /^[\w$.]+(?: \[\w+\])?(?::|$)/.test(header))) return message === '' ? type : `${type}: ${message}`
  if (word === type || !/^(?:\w*Error|Object)(?: \[\w+\])?(?::|$)/.test(header)) return header
  return type + header.slice(word.length)
}

/** At the end of a line, so that none is half a frame. */
function cutFrames(frames: string): string {
  if (frames.length <= MAX_FRAMES) return frames
  const end = frames.lastIndexOf('\n', MAX_FRAMES)
  return `${frames.slice(0, end > 0 ? end : MAX_FRAMES)}\n    … more frames`
}
