import { type JsonObject, parseStack } from '@heartwood/sdk-core'
import type { SourceReader } from './source-lines.ts'

/** Frames of the program whose sources are shown; the others are where they were called from. */
const WITH_SOURCE = 4

/**
 * The frames of a stack for `detail.frames`, innermost first, with the lines around the innermost of the program's own.
 * @returns undefined when the stack has none
 */
export const createFrames =
  (sources: SourceReader) =>
  (stack: string): JsonObject[] | undefined => {
    const frames = parseStack(stack)
    if (frames.length === 0) return undefined
    let shown = 0
    return frames.map(({ function: name, file, line, column, inApp, cause }) => {
      const frame: JsonObject = {}
      if (name !== '') frame.function = name
      if (file !== '') frame.file = file
      if (line > 0) frame.line = line
      if (column > 0) frame.column = column
      frame.inApp = inApp
      if (cause > 0) frame.cause = cause
      const source = inApp && shown < WITH_SOURCE ? sources.around(file, line, column) : undefined
      if (source !== undefined) {
        shown += 1
        Object.assign(frame, source)
      }
      return frame
    })
  }
