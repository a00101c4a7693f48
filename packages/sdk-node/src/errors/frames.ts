import { type JsonObject, parseStack } from '@heartwood/sdk-core'
import type { SourceLines, SourceReader } from './source-lines.ts'

type StackFrame = ReturnType<typeof parseStack>[number]

/** Places of the program whose sources are shown; the others are where they were called from. */
const WITH_SOURCE = 4

/**
 * The frames of a stack for `detail.frames`, innermost first, with the lines around the program's own: the innermost of the error and of
 * each cause before all others, and those of one place once.
 * @returns undefined when the stack has none
 */
export const createFrames =
  (sources: SourceReader) =>
  (stack: string): JsonObject[] | undefined => {
    const frames = parseStack(stack)
    if (frames.length === 0) return undefined
    const shown = sourcesOf(frames, sources)
    return frames.map((whole) => {
      const { function: name, file, line, column, inApp, cause } = whole
      const frame: JsonObject = {}
      if (name !== '') frame.function = name
      if (file !== '') frame.file = file
      if (line > 0) frame.line = line
      if (column > 0) frame.column = column
      frame.inApp = inApp
      if (cause > 0) frame.cause = cause
      return Object.assign(frame, shown.get(whole))
    })
  }

function sourcesOf(frames: readonly StackFrame[], sources: SourceReader): Map<StackFrame, SourceLines> {
  const own = frames.filter(({ inApp }) => inApp)
  const innermost = own.filter((frame, index) => frame.cause !== own[index - 1]?.cause)
  const shown = new Map<StackFrame, SourceLines>()
  const places = new Set<string>()
  for (const frame of [...innermost, ...own]) {
    if (shown.size === WITH_SOURCE) break
    const { file, line, column } = frame
    const place = `${file}:${line}`
    if (places.has(place)) continue
    places.add(place)
    const source = sources.around(file, line, column)
    if (source !== undefined) shown.set(frame, source)
  }
  return shown
}
