import { levelInText, levelOfSeverity } from '../../native/decode-levels.ts'
import { scanIso } from '../../stamps/scan.ts'
import { type LineReader, numberOrText, type TextEvent } from './reading.ts'

const HEADS = [
  /^-- (?:Logs begin at|Journal begins at|Reboot --|Boot [\da-f]{32} --|No entries --|Journal has been rotated)/,
  /^Timestamp {2,60}(?:Thread {2,60}Type|Ty Process) /,
  /^--------- (?:beginning of |switch to |timezone )/,
]
/** What journalctl and logcat write between the entries: nothing that happened. */
export const journalHeadReader: LineReader = {
  name: 'header of a journal',
  general: true,
  first: '-T',
  read: (line) => (HEADS.some((head) => head.test(line)) ? null : undefined),
}

const NAMES: { [field: string]: string } = { _PID: 'pid', _SYSTEMD_UNIT: 'unit', _TRANSPORT: 'transport' }
/** Bookkeeping of the journal that says nothing about the event. */
const NOISE = /^(?:__CURSOR|__MONOTONIC_TIMESTAMP|__SEQNUM|__SEQNUM_ID|_SOURCE_MONOTONIC_TIMESTAMP|SYSLOG_RAW)$/
const FIELD = /^ {0,8}([A-Z_][A-Z0-9_]{1,63})=([\s\S]*)$/
const LONG_FIELD = /^([A-Z_][A-Z0-9_]{1,63})$/
const VERBOSE = /^[A-Z][a-z]{2} (?=\d{4}-\d\d-\d\d )/

const setField = (event: TextEvent, name: string, value: string): void => {
  if (name === '__REALTIME_TIMESTAMP') event.time = Number(value)
  else if (name === 'MESSAGE') event.message = value
  else if (name === 'PRIORITY') event.level = levelOfSeverity(Number(value))
  else if (name === '_HOSTNAME') event.host = value
  else if (name === 'SYSLOG_IDENTIFIER') event.service = value
  else if (name === '_COMM') event.product = value
  else if (!NOISE.test(name)) event.attributes[NAMES[name] ?? name] = name === '_PID' ? numberOrText(value) : value
}

/** Characters of the count that stands before a value with line breaks. */
const COUNT_LENGTH = 8
/** Field by field: `journalctl -o export` and `-o verbose`. */
export const createJournalFieldsReader = (): LineReader => {
  /** The field whose value stands on the lines that follow. */
  let open: string | undefined
  let value = ''
  return {
    name: 'journal, field by field',
    first: '_MTWFS',
    read(line, { zone, cursor }) {
      open = undefined
      const empty: TextEvent = { time: Number.NaN, level: undefined, message: '', attributes: {} }
      if (line.charCodeAt(0) === 95) {
        const field = line.startsWith('__CURSOR=') || line.startsWith('__REALTIME_TIMESTAMP=') ? FIELD.exec(line) : null
        if (!field) return undefined
        setField(empty, field[1] ?? '', field[2] ?? '')
        return empty
      }
      const at = VERBOSE.exec(line)?.[0].length
      const time = at === undefined ? Number.NaN : scanIso(line, at, zone, cursor)
      return Number.isNaN(time) || !/^ \[s=[\da-f]{1,40};/.test(line.slice(cursor.end, cursor.end + 60)) ? undefined : { ...empty, time }
    },
    absorb(event, line) {
      if (line.startsWith('__CURSOR=')) return false
      const field = FIELD.exec(line)
      if (field) {
        open = line.startsWith('    ') ? field[1] : undefined
        value = field[2] ?? ''
        setField(event, field[1] ?? '', value)
        return true
      }
      const long = LONG_FIELD.exec(line)
      if (long) {
        open = long[1]
        value = ''
        return true
      }
      if (open === undefined || VERBOSE.test(line)) return false
      // Of a verbose entry the further lines are indented; of an export the first begins with the length as eight bytes.
      if (value !== '' && line.startsWith('            ')) value += `\n${line.trimStart()}`
      else value = value === '' ? line.slice(COUNT_LENGTH) : `${value}\n${line}`
      setField(event, open, value)
      event.level ??= levelInText(event.message)
      return true
    },
  }
}

const UNIFIED =
  /^ +0x[\da-f]{1,16} +(Default|Info|Debug|Error|Fault|Activity|Signpost\w{0,20}|Loss) +0x[\da-f]{1,16} +(\d{1,10}) +\d{1,10} +([^:]{1,100}): (?:\(([^)]{1,100})\) )?(?:\[([^\]]{1,200})\] )?/
const UNIFIED_COMPACT = /^ (Df|I|E|F|A|Db|Sp) +([^[]{1,100})\[(\d{1,10}):[\da-f]{1,16}\] (?:\(([^)]{1,100})\) )?(?:\[([^\]]{1,200})\] )?/
const UNIFIED_LEVELS: { [type: string]: TextEvent['level'] } = { Debug: 'debug', Db: 'debug', Error: 'error', E: 'error', Fault: 'fatal', F: 'fatal' }
/** The unified log of macOS and iOS, as `log show` prints it: with its columns, or compact. */
export const unifiedLogReader: LineReader = {
  name: 'macOS unified log',
  dated: true,
  first: '12',
  read(line, { zone, cursor }) {
    if (line.charCodeAt(10) !== 32) return undefined
    const time = scanIso(line, 0, zone, cursor)
    if (Number.isNaN(time)) return undefined
    const rest = line.slice(cursor.end)
    const full = rest.includes(' 0x') ? UNIFIED.exec(rest) : null
    const match = full ?? UNIFIED_COMPACT.exec(rest)
    if (!match) return undefined
    const [all, type = '', first = '', second = '', library, subsystem] = match
    const attributes: TextEvent['attributes'] = { pid: Number(full ? first : second) }
    if (library) attributes.module = library
    if (subsystem) attributes.logger = subsystem
    return { time, level: UNIFIED_LEVELS[type] ?? 'info', message: rest.slice(all.length), service: (full ? second : first).trim(), attributes }
  },
}
