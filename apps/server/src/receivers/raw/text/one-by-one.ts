import { continues, type OpenTrace, resumesTrace, traceOpenedBy } from './continuation.ts'
import type { LineReader, Reading, TextEvent } from './reading.ts'
import { isFrame } from './stack.ts'

/** What only a line of a stack begins with, whatever came before. */
const CERTAIN =
  /^(?:\s+at |at [\w$.<>/]+\(|Caused by: |Suppressed: |\s+\.\.\. \d+ (?:more|common)|\s+from \S+:\d|Stack trace:|stack backtrace:|goroutine \d+ \[)/
/** Further apart than this, two lines are not of one stack. */
const SAME_STACK_MICROS = 2_000_000

/**
 * A reader of records that hold one line each: a stack of which each line was sent by itself is one event, as far as the lines follow each other, are
 * of one host, program and process, and look like a stack. Make it once per text.
 */
export const followStacks = (reader: LineReader): LineReader => {
  let trace: OpenTrace = 'none'
  let joined = false
  /** A traceback has named its exception: only one that was raised while it was handled still belongs to it. */
  let ended = false
  let seen: string | undefined
  let seenAt = -1
  let known: TextEvent | null | undefined
  /** A line is asked for twice: whether it goes on, and what it says. */
  const ask = (line: string, reading: Reading): TextEvent | null | undefined => {
    if (reading.at !== seenAt || line !== seen) {
      known = reader.read(line, reading)
      seen = line
      seenAt = reading.at
    }
    return known
  }
  const takes = (text: string): boolean => {
    if (ended) return resumesTrace(text)
    if (CERTAIN.test(text)) return true
    if (!joined && trace === 'none') return false
    return isFrame(text) || /^\s+\S/.test(text) || continues(text, { known: false, trace, joined, trouble: false })
  }

  return {
    ...reader,
    read(line, reading) {
      const event = ask(line, reading)
      if (event) {
        trace = traceOpenedBy(event.message, 'none')
        joined = false
        ended = false
      }
      return event
    },
    absorb(event, line, reading) {
      if (event.record || event.service === undefined || !reader.first.includes(line.charAt(0))) return false
      const next = ask(line, reading)
      if (!next || next.record || next.service !== event.service || next.host !== event.host) return false
      if (next.attributes.pid !== event.attributes.pid || next.attributes.procId !== event.attributes.procId) return false
      if (Math.abs(next.time - event.time) > SAME_STACK_MICROS) return false
      // rsyslog writes tabs so.
      const text = next.message.startsWith('#011') ? next.message.replaceAll('#011', '\t') : next.message
      if (!takes(text)) return false
      ended = trace === 'python' && !ended && /^\w/.test(text) && !text.startsWith('Traceback')
      joined ||= isFrame(text)
      trace = traceOpenedBy(text, trace)
      return text
    },
  }
}
