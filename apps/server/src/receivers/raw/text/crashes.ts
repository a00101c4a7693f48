import type { TextEvent } from './reading.ts'

/** What a program prints when it ends over an error, without a stamp and before its stack, which therefore does not show what the lines are. */

/** `thread 'main' panicked at src/main.rs:4:5:`, the message on the next line; before Rust 1.73 `… panicked at 'message', src/main.rs:4:5`. */
const RUST_PANIC = /^thread '[^']{0,200}' (?:\(\d{1,20}\) )?panicked at (?:'([\s\S]*)', )?(\S{1,400}:\d{1,7}:\d{1,7})(:)?$/
const RUST_NOTE = /^(?:note: |stack backtrace:)/
/** `/srv/shop/server.js:12`, `file:///srv/a.mjs:3`, `node:events:497`, and nothing else. */
const NODE_SOURCE = /^(?:file:\/\/|node:|\/|[A-Z]:\\)[^\s:][^:\n]{0,400}:\d{1,7}$/
const CARET = /^\s*\^+\s*$/
const NODE_AFTER = /^(?:Node\.js v\d|Emitted '|Thrown at:|\(Use `node )/
const FRAME = /^\s+at /

/** What is expected next. */
export type OpenCrash = 'rust-message' | 'rust' | 'node-source' | 'node-caret' | 'node-error' | 'node'

export const crashOpenedBy = (line: string): OpenCrash | undefined => {
  const code = line.charCodeAt(0)
  if (code === 116) {
    const match = RUST_PANIC.exec(line)
    return match ? (match[3] ? 'rust-message' : 'rust') : undefined
  }
  const last = line.charCodeAt(line.length - 1)
  return last >= 48 && last <= 57 && (code === 47 || code === 110 || code === 102 || code < 91) && NODE_SOURCE.test(line) ? 'node-source' : undefined
}

/** What is expected after `line`, which belongs to the crash; `none` when it is over. */
export const crashAfter = (line: string, open: OpenCrash): OpenCrash | 'none' => {
  if (open === 'rust-message') return 'rust'
  if (open === 'node-source') return 'node-caret'
  if (open === 'node-caret') return CARET.test(line) ? 'node-error' : 'none'
  if (open === 'node-error' && FRAME.test(line)) return 'node'
  return line.startsWith('Node.js v') ? 'none' : open
}

/** Whether a line at the margin belongs to it. */
export const continuesCrash = (line: string, open: OpenCrash): boolean =>
  open === 'rust' ? RUST_NOTE.test(line) : open === 'node' ? NODE_AFTER.test(line) : open !== 'node-caret' || CARET.test(line)

const RUST_DETAIL = /^(?: {1,3}(?:left|right): |note: |stack backtrace:)/
const settleRust = (event: TextEvent, match: RegExpExecArray, lines: readonly string[]): void => {
  const end = lines.findIndex((line) => RUST_DETAIL.test(line))
  const said = lines.slice(0, end < 0 ? lines.length : end)
  const message = match[1] ?? said.join('\n').trim()
  event.error = { type: 'panic', message, stack: [event.message, ...lines].join('\n').trimEnd() }
  if (match[1] === undefined) event.message = `${event.message} ${message}`.trimEnd()
}

const THROWN = /^([A-Za-z_$][\w$.]{0,120})(?: \[[\w-]{1,60}\])?(?:: ([\s\S]*))?$/
const settleNode = (event: TextEvent, lines: readonly string[]): boolean => {
  const caret = lines.findIndex((line) => CARET.test(line))
  const start = lines.findIndex((line, index) => index > caret && line !== '')
  if (caret < 0 || start < 0) return false
  const thrown = lines.slice(start)
  const frame = thrown.findIndex((line) => FRAME.test(line) || NODE_AFTER.test(line))
  const message = thrown
    .slice(0, frame < 0 ? thrown.length : frame)
    .join('\n')
    .trim()
  const match = THROWN.exec(message)
  event.attributes.source = event.message
  event.error = { ...(match && frame > 0 ? { type: match[1], message: match[2] ?? '' } : {}), stack: thrown.join('\n').trimEnd() }
  event.message = message
  return true
}

/** Makes one error of the lines of a crash; false when they are none. */
export const settleCrash = (event: TextEvent, lines: readonly string[]): boolean => {
  const rust = event.message.startsWith("thread '") ? RUST_PANIC.exec(event.message) : null
  if (rust) settleRust(event, rust, lines)
  else if (!NODE_SOURCE.test(event.message) || !settleNode(event, lines)) return false
  event.level = 'error'
  return true
}
