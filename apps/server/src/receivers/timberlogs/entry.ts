import { levelFromNumber, levelFromText } from '../../pipeline/levels.ts'
import { jsonText } from '../../pipeline/texts.ts'
import { isRecord, type LooseRecord } from '../decode.ts'
import { setField } from '../raw/fields.ts'

/** Levels as clients and documents of this protocol write them; whatever else comes is kept as data. */
const LEVELS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    trace: 'trace',
    debug: 'debug',
    info: 'info',
    notice: 'info',
    warn: 'warn',
    warning: 'warn',
    error: 'error',
    err: 'error',
    fatal: 'fatal',
    critical: 'fatal',
    crit: 'fatal',
    alert: 'fatal',
    emergency: 'fatal',
    emerg: 'fatal',
    panic: 'fatal',
  }),
)

/** Names of the protocol, and what they are called here. */
const TEXTS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    source: 'service',
    environment: 'environment',
    dataset: 'dataset',
    version: 'release',
    userId: 'userId',
    sessionId: 'sessionId',
    requestId: 'requestId',
    flowId: 'flowId',
  }),
)
const OTHERS = new Set(['level', 'message', 'data', 'errorName', 'errorStack', 'tags', 'timestamp', 'stepIndex', 'ipAddress', 'country'])

/** Names of other loggers that raw JSON and CSV may use in place of the protocol's own. */
const ALIASES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    level: 'severity lvl loglevel log_level logLevel levelname level_name severity_text severityText',
    message: 'msg @message @m short_message text body log',
    timestamp: '@timestamp time ts datetime @t eventTime event_time',
    source: 'service service.name service_name serviceName app application',
    environment: 'env deployment.environment',
    version: 'release service.version app_version appVersion',
    userId: 'user_id user.id',
    sessionId: 'session_id session.id',
    requestId: 'request_id req_id reqId correlationId correlation_id',
    flowId: 'flow_id',
    stepIndex: 'step_index',
    errorName: 'error.type error.name error_type errorType exception.type',
    errorStack: 'error.stack stack stacktrace stack_trace stackTrace exception.stacktrace',
    ipAddress: 'ip ip_address',
  }).flatMap(([name, aliases]) => aliases.split(' ').map((alias): [string, string] => [alias, name])),
)

const isAbsent = (value: unknown): boolean => value === undefined || value === null || value === ''
const isScalar = (value: unknown): boolean => typeof value !== 'object'
const textOf = (value: unknown): string | undefined => (isScalar(value) && !isAbsent(value) ? String(value) : undefined)

/** Errors are kept in attributes of these names. */
const saysError = (data: LooseRecord): boolean =>
  data['error.type'] !== undefined ||
  data['error.message'] !== undefined ||
  (isRecord(data.error) && (data.error.type !== undefined || data.error.message !== undefined))

/** Attributes of these names are Heartwood's own, or fields of their own when read. */
const TAKEN = /^(?:client|heartwood|ipAddress)(?:\.|$)/

function hasTakenName(data: LooseRecord): boolean {
  for (const name in data) if (TAKEN.test(name)) return true
  return false
}

/** The id that an exported log came with; it is not among its data. */
export const SENT_ID = 'heartwood.sent_id'

/** Where data stands in `detail`, as it was sent, that its attributes alone would not give back. */
const SENT = 'timberlogs'

export interface EntryOptions {
  /** For entries without one; default info. */
  level: string | undefined
  /** Other loggers wrote it: their words and numbers for levels count, too. */
  isForeign: boolean
}

/** An entry of the protocol in our own loose vocabulary. Names that the protocol does not have become data; a name of `data` wins. */
export function toRecord(entry: LooseRecord, options: EntryOptions): LooseRecord {
  const record: LooseRecord = {}
  const attributes: LooseRecord = {}
  for (const name in entry) {
    const value = entry[name]
    const text = TEXTS.get(name)
    if (text !== undefined && isScalar(value)) {
      if (!isAbsent(value)) record[text] = value
    } else if (!OTHERS.has(name) && name !== SENT_ID && !isAbsent(value)) setField(attributes, name, value)
  }
  readLevel(entry.level, options, record, attributes)
  readStep(entry.stepIndex, record, attributes)
  if (!isAbsent(entry.timestamp)) record.timestamp = entry.timestamp
  if (!isAbsent(entry.tags)) record.tags = isRecord(entry.tags) ? [jsonText(entry.tags)] : entry.tags

  const { data } = entry
  if (isRecord(data)) for (const name in data) setField(attributes, name, data[name])
  else if (!isAbsent(data)) setField(attributes, 'value', data)
  const [country, ipAddress] = [textOf(entry.country), textOf(entry.ipAddress)]
  const isError = isRecord(data) && saysError(data)
  if (isError || hasTakenName(attributes)) {
    const fields = { ...(isError ? { errorName: textOf(entry.errorName) ?? null } : {}), ...present({ country, ipAddress }) }
    record.detail = { [SENT]: { data: { ...attributes }, ...fields } }
  }
  if (!isAbsent(entry[SENT_ID])) attributes[SENT_ID] = entry[SENT_ID]
  if (country !== undefined) attributes['client.country'] ??= country
  if (ipAddress !== undefined) attributes.ipAddress ??= ipAddress
  record.attributes = attributes
  readError(entry, isRecord(data) ? data : {}, record)
  record.message = messageOf(entry)
  return record
}

/** Raw JSON may use the names of other loggers where the protocol's own are missing. */
export function withAliases(entry: LooseRecord): LooseRecord {
  const known: LooseRecord = {}
  for (const name in entry) {
    if (isAbsent(entry[name])) continue
    const own = ALIASES.get(name)
    const isFree = own !== undefined && isAbsent(entry[own]) && isAbsent(known[own]) && (own !== 'source' || isScalar(entry[name]))
    setField(known, isFree ? own : name, entry[name])
  }
  return known
}

function messageOf({ message, errorName }: LooseRecord): unknown {
  if (message === undefined || message === null) return isScalar(errorName) && !isAbsent(errorName) ? String(errorName) : ''
  return typeof message === 'object' ? jsonText(message) : message
}

function readLevel(sent: unknown, { level, isForeign }: EntryOptions, record: LooseRecord, attributes: LooseRecord): void {
  let known = typeof sent === 'string' ? LEVELS.get(sent.trim().toLowerCase()) : undefined
  if (known === undefined && isForeign) {
    known = typeof sent === 'string' ? levelFromText(sent) : typeof sent === 'number' ? levelFromNumber(sent) : undefined
  }
  if (known === undefined && !isAbsent(sent)) attributes.level = sent
  record.level = known ?? (isAbsent(sent) ? (level ?? 'info') : 'info')
}

function readStep(sent: unknown, record: LooseRecord, attributes: LooseRecord): void {
  if (isAbsent(sent)) return
  const index = typeof sent === 'string' && /^\d{1,10}$/.test(sent) ? Number(sent) : sent
  if (typeof index === 'number' && Number.isInteger(index) && index >= 0 && index < 2 ** 31) record.stepIndex = index
  else attributes.stepIndex = sent
}

/** An entry with a name or a stack is an error; what its exception said stands in `data.message`. */
function readError({ errorName, errorStack }: LooseRecord, data: LooseRecord, record: LooseRecord): void {
  if (isAbsent(errorName) && isAbsent(errorStack)) return
  if (!isAbsent(errorName)) record['error.type'] = isScalar(errorName) ? String(errorName) : jsonText(errorName)
  if (typeof data.message === 'string' && data.message !== '') record['error.message'] = data.message
  if (!isAbsent(errorStack)) record['error.stack'] = Array.isArray(errorStack) || isRecord(errorStack) ? errorStack : String(errorStack)
}

const present = (values: LooseRecord): LooseRecord => Object.fromEntries(Object.entries(values).filter(([, value]) => !isAbsent(value)))
