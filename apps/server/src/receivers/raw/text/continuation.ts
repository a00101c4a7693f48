import { continuesCrash, crashAfter, crashOpenedBy, type OpenCrash } from './crashes.ts'
import { isFrame } from './stack.ts'

/** What the lines joined so far have opened: decides which further lines belong to it although they are not indented. */
export type OpenTrace = 'none' | 'python' | 'go' | OpenCrash

export const traceOpenedBy = (line: string, open: OpenTrace): OpenTrace => {
  if (line.includes('Traceback (most recent call last)')) return 'python'
  if (line.startsWith('panic: ') || line.startsWith('goroutine ') || line.startsWith('fatal error: ')) return 'go'
  if (open === 'none') return crashOpenedBy(line) ?? 'none'
  return open === 'python' || open === 'go' ? open : crashAfter(line, open)
}

/** Ends a traceback: `ValueError: bad`, `KeyboardInterrupt`. */
const PYTHON_LAST = /^[A-Za-z_][\w.]{0,200}(?::|$)/
const BETWEEN_TRACEBACKS = /^(?:During handling of the above exception|The above exception was the direct cause)/
const GO_LINE = /^(?:goroutine \d|\[signal|created by |exit status|panic: |[\w./*()[\]-]{1,200}\()/
/** A line of its own that names the exception of the stack below it, with its package or without. */
const QUALIFIED_EXCEPTION =
  /^(?:(?:[a-z_$][\w$]{0,80}\.){1,12}[A-Z][\w$]{0,80}|(?:[A-Z][\w$]{0,80}\.){1,12}[\w$]{0,80}(?:Exception|Error)|\*\* \([\w.]{1,100}\).{0,200})(?::|$)/
const BARE_EXCEPTION = /^[A-Z]\w{0,80}(?:Error|Exception)(?::|$)/
const CLOSING = /^[\])}]+[;,]?$|^"\}/

/** Whether a line leads from one traceback to the next. */
export const resumesTrace = (line: string): boolean => BETWEEN_TRACEBACKS.test(line)

export interface JoinState {
  /** Whether a reader knew the line that began the event: only then can a traceback at the margin belong to it. */
  known: boolean
  trace: OpenTrace
  /** Whether lines have been joined already. */
  joined: boolean
  /** Whether the event sounds like trouble; a program that crashes prints its exception below whatever it logged last. */
  trouble: boolean
}

/** Whether a line that no reader knows, and that does not begin with white space, belongs to the event before it. */
export const continues = (line: string, state: JoinState): boolean => {
  if (state.trace === 'python' && (PYTHON_LAST.test(line) || BETWEEN_TRACEBACKS.test(line))) return true
  if (state.trace === 'go' && GO_LINE.test(line)) return true
  if (state.trace !== 'none' && state.trace !== 'python' && state.trace !== 'go' && continuesCrash(line, state.trace)) return true
  if (line.startsWith('Traceback (most recent call last)')) return state.known || state.trace === 'python'
  if (isFrame(line) || CLOSING.test(line)) return true
  if (!state.known || state.joined) return false
  return QUALIFIED_EXCEPTION.test(line) || (state.trouble && BARE_EXCEPTION.test(line))
}
