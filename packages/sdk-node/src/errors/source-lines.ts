import { readFileSync, statSync } from 'node:fs'

export interface SourceLines {
  readonly preContext: string[]
  readonly contextLine: string
  readonly postContext: string[]
}

export interface SourceReader {
  /** The lines around a place, if its file can be read as text. @param line from 1 */
  around(file: string, line: number, column: number): SourceLines | undefined
}

export interface SourceReaderOptions {
  /** Lines before and after. Default 5. */
  readonly lines?: number
  /** Larger files are bundles, of which a line says nothing. Default 1 MiB. */
  readonly maxFileBytes?: number
  /** Of all files that are kept. Default 4 MiB. */
  readonly maxBytes?: number
  /** Files that are remembered, those that cannot be read among them. Default 500. */
  readonly maxFiles?: number
}

const MAX_LINE = 200

/**
 * Reads sources once and keeps the last of them. It reads synchronously: it runs between the program's turns, when an event is prepared,
 * and at the end of a process there is no later. A new file costs 50 to 300 µs, a known one 2.
 */
export function createSourceReader(options: SourceReaderOptions = {}): SourceReader {
  const { lines = 5, maxFileBytes = 1024 * 1024, maxBytes = 4 * 1024 * 1024, maxFiles = 500 } = options
  const known = new Map<string, readonly string[] | undefined>()
  const sizes = new Map<string, number>()
  let bytes = 0

  const forgetOldest = (): void => {
    for (const file of known.keys()) {
      if (known.size <= maxFiles && bytes <= maxBytes) return
      known.delete(file)
      bytes -= sizes.get(file) ?? 0
      sizes.delete(file)
    }
  }
  const linesOf = (file: string): readonly string[] | undefined => {
    if (known.has(file)) {
      const found = known.get(file)
      known.delete(file)
      known.set(file, found)
      return found
    }
    const text = readText(file, maxFileBytes)
    const found = text?.split('\n')
    known.set(file, found)
    if (text !== undefined) {
      // Two bytes a character at most, and what a list of lines takes.
      const size = text.length * 2 + (found?.length ?? 0) * 32
      sizes.set(file, size)
      bytes += size
    }
    forgetOldest()
    return found
  }

  return {
    around(file, line, column) {
      if (line < 1 || !isOnDisk(file)) return undefined
      const source = linesOf(file)
      const own = source?.[line - 1]
      if (source === undefined || own === undefined) return undefined
      return {
        preContext: source.slice(Math.max(0, line - 1 - lines), line - 1).map(cutLine),
        contextLine: cutAround(own, column),
        postContext: source.slice(line, line + lines).map(cutLine),
      }
    },
  }
}

/** Paths of this machine; not `node:fs`, `webpack-internal:///…` or `//host/share`, at which a machine may wait for another one. */
const isOnDisk = (file: string): boolean => /^(?:\/(?!\/)|[A-Za-z]:[\\/])/.test(file)

function readText(file: string, maxBytes: number): string | undefined {
  try {
    const stats = statSync(file)
    if (!stats.isFile() || stats.size > maxBytes) return undefined
    const bytes = readFileSync(file)
    return bytes.subarray(0, 4_096).includes(0) ? undefined : bytes.toString('utf8')
  } catch {
    return undefined
  }
}

const cutLine = (line: string): string => {
  const text = line.endsWith('\r') ? line.slice(0, -1) : line
  return text.length > MAX_LINE ? `${text.slice(0, MAX_LINE)}…` : text
}

/** Of a long line, what stands around the place. */
function cutAround(line: string, column: number): string {
  if (line.length <= MAX_LINE || column <= MAX_LINE / 2) return cutLine(line)
  const start = Math.min(column - MAX_LINE / 2, line.length - MAX_LINE)
  return `…${cutLine(line.slice(Math.max(0, start)))}`
}
