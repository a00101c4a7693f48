import type { LooseRecord } from '../decode.ts'
import { setField } from '../raw/fields.ts'
import { fromTraceHub, isTraceHubEntry } from '../tracehub/entry.ts'
import { translateCloud } from './decode-clouds.ts'
import { levelInText, levelOfLetter, levelOfSeverity } from './decode-levels.ts'
import { TERMINAL_STYLE } from './decode-text.ts'

/** What a field of journald holds: text, or a list of bytes when it is not printable. */
const journalText = (value: unknown): string | undefined => {
  if (typeof value === 'string') return value
  if (Array.isArray(value) && value.length > 0 && value.every((byte) => typeof byte === 'number'))
    return Buffer.from(value as number[])
      .toString('utf8')
      .replaceAll('\0', '')
  // A field that is repeated in one entry comes as a list of texts.
  if (Array.isArray(value)) return value.map((item) => journalText(item) ?? '').join('\n')
  return value === undefined || value === null ? undefined : String(value)
}

/** Bookkeeping of the journal that says nothing about the event. */
const JOURNAL_NOISE = new Set(['__CURSOR', '__MONOTONIC_TIMESTAMP', '__SEQNUM', '__SEQNUM_ID', '_SOURCE_MONOTONIC_TIMESTAMP', 'SYSLOG_RAW'])
const JOURNAL_FIELDS = new Set(['__REALTIME_TIMESTAMP', 'MESSAGE', 'PRIORITY', '_HOSTNAME', 'SYSLOG_IDENTIFIER', '_COMM'])
const JOURNAL_NAMES: Record<string, string> = { _PID: 'pid', _SYSTEMD_UNIT: 'unit', _TRANSPORT: 'transport' }

const fromJournal = (entry: LooseRecord): LooseRecord => {
  const attributes: LooseRecord = {}
  for (const [name, value] of Object.entries(entry)) {
    if (JOURNAL_NOISE.has(name) || JOURNAL_FIELDS.has(name)) continue
    setField(
      attributes,
      Object.hasOwn(JOURNAL_NAMES, name) ? (JOURNAL_NAMES[name] ?? name) : name,
      name === '_PID' ? Number(value) : journalText(value),
    )
  }
  const unit = journalText(entry._SYSTEMD_UNIT)?.replace(/\.service$/, '')
  return {
    timestamp: Number(entry.__REALTIME_TIMESTAMP),
    level: levelOfSeverity(Number(entry.PRIORITY ?? Number.NaN)),
    message: (journalText(entry.MESSAGE) ?? '').replace(TERMINAL_STYLE, ''),
    service: journalText(entry.SYSLOG_IDENTIFIER) ?? unit ?? journalText(entry._COMM),
    host: journalText(entry._HOSTNAME),
    attributes,
  }
}

/** Docker's json-file: one line of a container's output, with the time at which Docker read it. */
const fromDocker = (entry: LooseRecord, log: string): LooseRecord => {
  const { log: _line, stream, time, attrs, ...rest } = entry
  const message = log.replace(/\r?\n$/, '').replace(TERMINAL_STYLE, '')
  const attributes: LooseRecord = { ...rest, stream, ...(typeof attrs === 'object' && attrs !== null ? attrs : {}) }
  if (message.startsWith('{') && message.endsWith('}')) {
    try {
      const inner = JSON.parse(message) as LooseRecord
      // The program's own time is the better one; Docker's stands in for a program that gives none.
      return { 'docker.time': time, ...attributes, ...(hasTime(inner) ? undefined : { timestamp: time }), ...inner }
    } catch {
      // Not JSON after all: a line like any other.
    }
  }
  return { timestamp: time, level: levelInText(message), message, attributes }
}

const hasTime = (entry: LooseRecord): boolean =>
  entry.timestamp !== undefined || entry.time !== undefined || entry.ts !== undefined || entry['@timestamp'] !== undefined || entry.t !== undefined

const isMongo = (entry: LooseRecord): boolean =>
  typeof entry.s === 'string' && typeof entry.c === 'string' && typeof entry.t === 'object' && entry.t !== null && '$date' in entry.t

/** MongoDB since 4.4: `{"t":{"$date":"…"},"s":"I","c":"NETWORK","id":22943,"ctx":"listener","msg":"…","attr":{…}}`. */
const fromMongo = ({ t, s, c, ctx, msg, id, attr, ...rest }: LooseRecord): LooseRecord => ({
  timestamp: t,
  level: levelOfLetter(String(s).charAt(0)),
  message: msg,
  attributes: { ...rest, component: c, context: ctx, 'event.id': id, attr },
})

/** Records that others write in their own vocabulary (journald, Docker, MongoDB, dead letters of TraceHub's clients), in ours; everything else as it is. */
export const translateForeign = (entry: LooseRecord): LooseRecord => {
  if (entry.__REALTIME_TIMESTAMP !== undefined) return fromJournal(entry)
  if (isMongo(entry)) return fromMongo(entry)
  if (isTraceHubEntry(entry)) return fromTraceHub(entry)
  if (typeof entry.log === 'string' && (entry.stream === 'stdout' || entry.stream === 'stderr')) return fromDocker(entry, entry.log)
  return translateCloud(entry) ?? entry
}
