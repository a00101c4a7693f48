import { isRecord, type LooseRecord } from '../decode.ts'

/** Fields of an entry as the clients send it; everything else is kept among the attributes. */
const FIELDS = new Set(
  'level message timestamp service environment host pid thread_id sdk_version trace_id module stack_trace error_type error_message extra'.split(' '),
)

/** Names that our own attributes have: members of `extra` that are called so stay below `extra.`, and reading undoes that (compat/tracehub). */
const TAKEN = new Set(['module', 'process', 'thread', 'sdk', 'error', 'heartwood', 'extra', 'client'])

/** Whether an entry was written by one of TraceHub's clients: these fields are in each of theirs, on the wire and in dead-letter files. */
export const isTraceHubEntry = (entry: LooseRecord): boolean =>
  entry.sdk_version !== undefined && entry.thread_id !== undefined && entry.pid !== undefined && typeof entry.level === 'string'

/** One entry of theirs in our vocabulary. The entry itself is left as it is. */
export const fromTraceHub = (entry: LooseRecord): LooseRecord => {
  const record: LooseRecord = {
    timestamp: entry.timestamp,
    // Their levels are words; a number is a level of some other logger, of which there are several.
    level: typeof entry.level === 'string' ? entry.level : 'info',
    message: asText(entry.message) ?? asText(entry.error_message),
    service: asText(entry.service),
    environment: asText(entry.environment),
    host: asText(entry.host),
    trace_id: asText(entry.trace_id),
  }
  setIfThere(record, 'module', asText(entry.module))
  setIfThere(record, 'process.pid', typeof entry.pid === 'string' && /^\d{1,10}$/.test(entry.pid) ? Number(entry.pid) : entry.pid)
  setIfThere(record, 'thread', asText(entry.thread_id))
  setIfThere(record, 'sdk', asText(entry.sdk_version))
  setIfThere(record, 'error_type', asText(entry.error_type))
  setIfThere(record, 'error_message', asText(entry.error_message))
  const stack = asText(entry.stack_trace)
  if (stack !== undefined && stack !== '') record.stack_trace = withoutClientFrames(stack)
  record.attributes = attributesOf(entry)
  return record
}

const setIfThere = (record: LooseRecord, name: string, value: unknown): void => {
  if (value !== undefined && value !== null && value !== '') record[name] = value
}

/** Texts as they are, other scalars written out, lists and objects as JSON; undefined for nothing. */
const asText = (value: unknown): string | undefined => {
  if (typeof value === 'string') return value
  if (value === undefined || value === null) return undefined
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** `extra` and fields that no client of 1.2 knows. What collides with a name of ours moves below `extra.`. */
function attributesOf(entry: LooseRecord): LooseRecord {
  const { extra } = entry
  const given = isRecord(extra) ? extra : extra === undefined || extra === null ? {} : { value: extra }
  const attributes = hasTakenName(given) ? moveTaken(given) : given
  let withUnknown: LooseRecord | undefined
  for (const name in entry) {
    if (FIELDS.has(name) && !(name === 'level' && isOddLevel(entry.level))) continue
    withUnknown ??= { ...attributes }
    // An own `__proto__`, which JSON can hold, must not become the prototype.
    const free = name in withUnknown || TAKEN.has(rootOf(name)) ? `extra.${name}` : name
    Object.defineProperty(withUnknown, free, { value: entry[name], enumerable: true, configurable: true, writable: true })
  }
  return withUnknown ?? attributes
}

const isOddLevel = (level: unknown): boolean => typeof level !== 'string' && level !== undefined && level !== null

const rootOf = (name: string): string => {
  const dot = name.indexOf('.')
  return dot < 0 ? name : name.slice(0, dot)
}

const isTaken = (name: string): boolean => TAKEN.has(rootOf(name))

function hasTakenName(extra: LooseRecord): boolean {
  for (const name in extra) if (isTaken(name)) return true
  return false
}

function moveTaken(extra: LooseRecord): LooseRecord {
  const entries = Object.entries(extra)
  return Object.fromEntries([...entries.filter(([name]) => !isTaken(name)), ['extra', Object.fromEntries(entries.filter(([name]) => isTaken(name)))]])
}

/** Frames of the Python client itself, which it leaves at the end of a stack that it took without an exception. */
const CLIENT_FRAMES = /(?:^|\n)(?: {2}File "[^"\n]*[\\/]tracehub[\\/]client\.py", line \d+, in (?:error|fatal|_log)\n(?: {4}[^\n]*(?:\n|$))*)+$/

const withoutClientFrames = (stack: string): string => {
  if (!stack.startsWith('  File ')) return stack
  const at = stack.lastIndexOf('client.py"')
  if (at < 0) return stack
  const own = stack.replace(CLIENT_FRAMES, '\n')
  return own === '\n' ? stack : own
}
