import { settleCrash } from './crashes.ts'
import type { TextEvent } from './reading.ts'

/** Lines of a stack as Java, .NET, JavaScript, Python, Go, Ruby, PHP and Rust print them. */
const FRAME =
  /^(?:\s+at |at [\w$.<>/]+\(|Traceback \(most recent|\s*File "|Caused by: |Suppressed: |\s*\.\.\. \d+ (?:more|common)|goroutine \d|#\d+ |\s+from \S+:\d|\S+\.rb:\d+:in |\[stacktrace\]|Stack trace:|stack backtrace:|\s+\d+: 0x|\s+---> |\s*--- End of|\s*\| |\s*\+ Exception Group Traceback|\s*\+-[+-]{3,})/

/** `java.lang.IllegalStateException: boom`, `TypeError: x is not a function`, `Exception in thread "main" …`, `panic: …`. */
const EXCEPTION =
  /(?:^|[\s:(\]])(?:Exception in thread "[^"]{0,200}" )?((?:[A-Za-z_$][\w$]{0,80}[.\\]){0,12}(?:[A-Za-z_$][\w$]{0,80})?(?:Exception|Error|Throwable|Fault|Interrupt|Exit)(?:\$\w{1,80})?|panic)(?::\s?|\s*$)/

const PYTHON_LAST = /^(?:\s*\| )?([A-Za-z_][\w.]{0,200})(?::\s?([\s\S]*))?$/

/** Whether a line can only be part of a stack. */
export const isFrame = (line: string): boolean => FRAME.test(line)

interface Found {
  type: string
  message: string
  /** Where the exception begins in its line. */
  start: number
}

const findException = (line: string): Found | undefined => {
  const head = line.length > 2_000 ? line.slice(0, 2_000) : line
  const match = EXCEPTION.exec(head)
  if (!match) return undefined
  const type = match[1] ?? ''
  const start = head.indexOf(type, match.index)
  return { type, message: line.slice(match.index + match[0].length).trim(), start }
}

const GROUP_HEAD = /^ {2}\| ([A-Za-z_][\w.]{0,200}): ?(.*)$/
/** The group itself, not what is in it: the first line in its frame that is not indented. */
const findPythonGroup = (lines: readonly string[]): Found | undefined => {
  if (!lines[0]?.includes('+ Exception Group Traceback')) return undefined
  for (const line of lines) {
    const match = GROUP_HEAD.exec(line)
    if (match) return { type: match[1] ?? '', message: (match[2] ?? '').trim(), start: 0 }
  }
  return undefined
}

/** What a traceback ends with: the last line that is not indented. */
const findPythonException = (lines: readonly string[]): Found | undefined => {
  for (let index = lines.length - 1; index >= 0; index--) {
    const line = lines[index] ?? ''
    if (line === '' || /^\s/.test(line)) continue
    const match = PYTHON_LAST.exec(line)
    if (match && !line.startsWith('Traceback')) return { type: match[1] ?? '', message: (match[2] ?? '').trim(), start: 0 }
  }
  return undefined
}

/**
 * Puts the lines that were joined to an event where they belong: a stack into `error`, anything else into the message.
 * @param firstLine as it stood in the text: an exception may be named in the part that was read as the level (`Error: boom`).
 * @param lines the lines after the first, in order.
 */
export const settle = (event: TextEvent, firstLine: string, lines: readonly string[]): void => {
  if (settleCrash(event, lines)) return
  const first = lines.findIndex(isFrame)
  if (first < 0 && !event.message.startsWith('Traceback (most recent')) {
    const whole = [event.message, ...lines].filter((line, index) => line !== '' || index > 0).join('\n')
    event.message = event.message === '' ? whole.trim() : whole.trimEnd()
    return
  }
  const isPython = event.message.startsWith('Traceback (most recent') || lines.some((line) => line.startsWith('Traceback (most recent'))
  const before = lines.slice(0, Math.max(first, 0))
  const frames = lines.slice(Math.max(first, 0))
  let found = findPythonGroup(frames) ?? (isPython ? findPythonException(frames) : undefined)
  let stack = frames
  if (!found) {
    const last = before.at(-1)
    found = last === undefined ? undefined : findException(last)
    if (found && last !== undefined) {
      before.pop()
      stack = [last.trimStart(), ...frames]
    } else {
      found = findException(event.message)
      if (found) stack = [event.message.slice(found.start), ...frames]
      else {
        found = findException(firstLine)
        if (found) stack = [firstLine.slice(found.start), ...frames]
      }
    }
  } else if (event.message.startsWith('Traceback (most recent')) stack = [event.message, ...frames]
  const text = stack.join('\n').trimEnd()
  event.error = { ...(found ? { type: found.type, message: found.message } : {}), stack: text, ...event.error }
  event.level ??= 'error'
  const isBare = event.message === '' || event.message.startsWith('Traceback (most recent')
  const head = isBare && found ? `${found.type}${found.message === '' ? '' : `: ${found.message}`}` : event.message
  event.message = [head, ...before].filter((line) => line !== '').join('\n')
}
