/** One call of a stack. */
export interface StackFrame {
  /** As the runtime prints it, with `new` and without `async`; `''` where it has no name. */
  readonly function: string
  /** Path, or what the runtime prints in its place (`node:fs`, `webpack-internal:///…`); `''` where there is none. */
  readonly file: string
  /** From 1; 0 where it is not printed. */
  readonly line: number
  readonly column: number
  /** The program's own code: neither a library's nor the runtime's. */
  readonly inApp: boolean
  /** 0 for the error itself, n for the nth cause below it. */
  readonly cause: number
}

/** What stands before each cause of a stack, here and in the languages that the server reads. */
export const CAUSED_BY = 'Caused by: '

const LIBRARY = /(?:^|[\\/])(?:node_modules|bower_components|\.pnpm|\.yarn)(?:[\\/]|$)/
const RUNTIME = /^(?:node:|internal\/|native$|<anonymous>$|evalmachine\.|\[native code\]$|webpack\/|(?:chrome|moz|safari-web|safari)-extension:)/
const BUNDLER = /^webpack(?:-internal)?:\/\/.*(?:\/webpack\/|\(webpack\))/

const isInApp = (file: string): boolean => file !== '' && !LIBRARY.test(file) && !RUNTIME.test(file) && !BUNDLER.test(file)

/** Frames of a stack as V8 prints it, innermost first, those of causes after those of the error. Lines of anything else are passed over. */
export function parseStack(stack: string, maxFrames = 50): StackFrame[] {
  const frames: StackFrame[] = []
  let cause = 0
  for (const line of stack.split('\n')) {
    if (line.startsWith(CAUSED_BY)) cause += 1
    const frame = parseFrame(line, cause)
    if (frame !== undefined) frames.push(frame)
    if (frames.length === maxFrames) break
  }
  return frames
}

/** One line of a stack; undefined when it is none. */
export function parseFrame(line: string, cause = 0): StackFrame | undefined {
  if (line.length > 4_000) return undefined
  const text = line.trim()
  if (!text.startsWith('at ')) return undefined
  const call = text.startsWith('at async ') ? text.slice(9) : text.slice(3)
  // A bare address may hold parentheses of its own (Next.js groups routes by them).
  const open = call.endsWith(')') && !BARE.test(call) ? call.indexOf(' (') : -1
  const name = open < 0 ? '' : call.slice(0, open)
  const place = placeOf(open < 0 ? call : call.slice(open + 2, -1))
  if (place === undefined) return open < 0 ? undefined : { function: name, file: '', line: 0, column: 0, inApp: false, cause }
  return { function: name === '<anonymous>' ? '' : name, ...place, inApp: isInApp(place.file), cause }
}

const BARE = /^(?:\/|file:|https?:|node:|webpack|[A-Za-z]:[\\/])/
const PLACE = /^(.*?)(?::(\d{1,9}))?:(\d{1,9})$/
/** The code that was handed to `eval` has no file; where that was called does. */
const EVAL = /\(([^()]+:\d+:\d+)\)/

function placeOf(text: string): Pick<StackFrame, 'file' | 'line' | 'column'> | undefined {
  if (text.startsWith('eval at ')) {
    const caller = EVAL.exec(text)?.[1]
    return caller === undefined ? undefined : placeOf(caller)
  }
  if (text === 'native' || text === '<anonymous>') return { file: text, line: 0, column: 0 }
  const match = PLACE.exec(text)
  if (match === null) return undefined
  const [, file = '', first, second] = match
  return { file: fileOf(file), line: Number(first ?? second), column: first === undefined ? 0 : Number(second) }
}

/** Modules are called by addresses, everything else by paths. What follows a `?` only keeps versions of a module apart. */
function fileOf(file: string): string {
  if (!file.startsWith('file://')) return file
  const path = file.slice(7).replace(/[?#].*$/, '')
  return decoded(/^\/[A-Za-z]:\//.test(path) ? path.slice(1) : path)
}

function decoded(text: string): string {
  try {
    return text.includes('%') ? decodeURIComponent(text) : text
  } catch {
    return text
  }
}
