import type { Level } from '@heartwood/protocol'
import { levelOfLetter, levelOfWord } from '../../native/decode-levels.ts'
import { scanIso, scanMail } from '../../stamps/scan.ts'
import { setField } from '../fields.ts'
import { readPairs } from './pairs.ts'
import { type LineReader, numberOrText, present, type TextEvent } from './reading.ts'
import { scanTimeOfDay } from './time-of-day.ts'

/** How a logging library arranges what follows an ISO time. The named groups say which part is what. */
interface Layout {
  name: string
  /** What may stand behind the blank that follows the time: `A` a capital, `0` a digit, else the character itself. */
  next: string
  pattern: RegExp
  /** Only behind a time whose fraction follows a comma, as Python's does. */
  behindComma?: true
  /** Would take lines of the others, so it never comes first. */
  general?: boolean
}

const WORD = 'TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|SEVERE|FATAL|CRITICAL|CRIT|ALERT|EMERG|OFF|FINE|FINER|FINEST|CONFIG'
const LEVEL = `(?<level>${WORD})`

/**
 * In this order; each begins right behind the time. No repetition is without a bound, but for the message: each takes linear time.
 */
const LAYOUTS: readonly Layout[] = [
  // 2024-05-01T12:00:00.123+02:00  INFO 1234 --- [app] [main] c.a.Foo : message
  {
    name: 'Spring Boot',
    next: ' A',
    pattern: new RegExp(
      `^ {1,60}${LEVEL} (?:\\[(?<mdc>[^\\]]{0,200})\\] )?(?<pid>\\d{1,9})? ?--- (?:\\[(?<app>[^\\]]{0,100})\\] )?\\[(?<thread>[^\\]]{0,200})\\] (?:\\[[^\\]]{0,200}\\] )?(?<logger>\\S{1,300}) {1,60}: (?<message>[\\s\\S]*)$`,
    ),
  },
  // 25746 INFO nova.osapi_compute.wsgi.server [req-38101a0b … - - -] message
  {
    name: 'OpenStack',
    next: '0',
    pattern: new RegExp(`^ (?<pid>\\d{1,9}) ${LEVEL} (?<logger>[\\w.]{1,200}) (?:\\[(?<request>[^\\]]{0,200})\\] )?(?<message>[\\s\\S]*)$`),
  },
  // - INFO  [main:QuorumPeerConfig@101] - message
  {
    name: 'Zookeeper',
    next: '-',
    pattern: new RegExp(`^ - ${LEVEL} {1,60}\\[(?<thread>[^@]{1,200}):(?<logger>[\\w.$]{1,200})@(?<source>\\d{1,6})\\] - (?<message>[\\s\\S]*)$`),
  },
  // | INFO     | module:function:12 - message
  { name: 'loguru', next: '|', pattern: new RegExp(`^ \\| (?:${LEVEL}|SUCCESS) {1,60}\\| (?<logger>[^ ]{1,200}:\\d{1,6}) - (?<message>[\\s\\S]*)$`) },
  // [main] ERROR com.acme.Foo - message; logback of today puts key-value pairs between two dashes: [main] DEBUG com.acme.Foo -user="7"- message
  {
    name: 'logback',
    next: '[',
    pattern: new RegExp(
      `^ \\[(?<thread>[^\\]]{1,200})\\] {1,60}\\[?${LEVEL} {0,8}\\]? {1,60}(?<logger>[\\w.$/:[\\]-]{1,200}) {1,60}(?:[-–:]|-(?<pairs>(?:[\\w.-]{1,100}="[^"]{0,500}" ?){0,20})-) (?<message>[\\s\\S]*)$`,
    ),
  },
  {
    name: 'logback without a logger',
    next: '[',
    general: true,
    pattern: new RegExp(`^ \\[(?<thread>[^\\]]{1,200})\\] {1,60}${LEVEL} {1,60}-? ?(?<message>[\\s\\S]*)$`),
  },
  // INFO [main] org.apache.hadoop.Foo: message
  {
    name: 'log4j with a thread',
    next: '[A',
    pattern: new RegExp(
      `^ \\[?${LEVEL} {0,8}\\]? {1,60}[[(](?<thread>[^\\]]{1,200})[\\])] {1,60}(?<logger>[\\w.$]{1,200}(?:@\\d{1,6})?)(?: \\((?<source>[^()\\s]{1,200})\\))?(?::| -) (?<message>[\\s\\S]*)$`,
    ),
  },
  // - com.acme.Foo - ERROR - message
  {
    name: 'Python',
    next: '-',
    pattern: new RegExp(`^ - (?<logger>[^\\s]{1,200}) - (?:(?<thread>\\S{1,100}) - )?${LEVEL} - (?<message>[\\s\\S]*)$`),
  },
  // INFO com.acme.Foo - message, INFO  org.apache.Foo: message; only for loggers with a dot or a capital, or any word would be one
  {
    name: 'log4j',
    next: '[A',
    pattern: new RegExp(
      `^ \\[?${LEVEL}\\]? {1,60}\\[?(?<logger>(?:[a-z_]\\w{0,60}\\.){1,12}[\\w$]{1,100}|[A-Z]\\w{0,60}[.$][\\w.$]{1,200}|[A-Z]\\w{0,60}:\\d{1,6})\\]?(?::| -) (?<message>[\\s\\S]*)$`,
    ),
  },
  // CRITICAL myapp: message
  {
    name: 'Python with a colon',
    next: 'A',
    behindComma: true,
    pattern: /^ (?<level>DEBUG|INFO|WARNING|ERROR|CRITICAL) {1,60}(?<logger>[a-z_]\w{0,60}): (?<message>[\s\S]*)$/,
  },
  // ERROR [org.jboss.as] (main) message
  {
    name: 'WildFly',
    next: 'A',
    pattern: new RegExp(`^ ${LEVEL} {1,60}\\[(?<logger>[\\w.$]{1,200})\\] \\((?<thread>[^)]{1,200})\\) (?<message>[\\s\\S]*)$`),
  },
  // [12345] [INFO] message
  { name: 'gunicorn', next: '[', pattern: new RegExp(`^ ?\\[(?<pid>\\d{1,9})\\] \\[${LEVEL} {0,8}\\] (?<message>[\\s\\S]*)$`) },
  // I NETWORK  [conn12] message
  {
    name: 'MongoDB before 4.4',
    next: 'A',
    pattern: /^ (?<letter>[IWEFD])\d? (?<component>[A-Z_]{2,20}|-) {1,20}\[(?<thread>[^\]]{1,100})\] (?<message>[\s\S]*)$/,
  },
  // [ 1234 ] {query id} <Error> executeQuery: message
  {
    name: 'ClickHouse',
    next: '[',
    pattern:
      /^ \[ ?(?<pid>\d{1,9}) ?\] \{(?<request>[^}]{0,100})\} <(?<level>Trace|Debug|Test|Information|Notice|Warning|Error|Critical|Fatal)> (?<logger>[^:]{1,200}): (?<message>[\s\S]*)$/,
  },
  // INFO [main] org.apache.catalina.startup.Catalina.start message
  {
    name: 'Tomcat',
    next: 'A',
    general: true,
    pattern: new RegExp(
      `^ ${LEVEL} \\[(?<thread>[^\\]]{1,200})\\] (?<logger>(?:[a-z]\\w{0,60}\\.){2,12}[A-Z][\\w$]{0,100}\\.[\\w$<>]{1,100}) (?<message>[\\s\\S]*)$`,
    ),
  },
  // [INF] message
  { name: 'Serilog', next: '[', pattern: /^ \[(?<level>VRB|DBG|INF|WRN|ERR|FTL)\] (?<message>[\s\S]*)$/ },
]

const toEvent = (time: number, groups: { [name: string]: string | undefined }): TextEvent => ({
  time,
  level: groups.letter ? levelOfLetter(groups.letter) : groups.level === undefined ? ('info' satisfies Level) : levelOfWord(groups.level),
  message: groups.message ?? '',
  service: groups.app?.trim(),
  attributes: present({
    logger: groups.logger,
    thread: groups.thread?.trim(),
    pid: numberOrText(groups.pid),
    source: groups.source,
    mdc: groups.mdc,
    component: groups.component,
    'request.id': groups.request?.trim().split(' ')[0],
    ...(groups.pairs ? readPairs(groups.pairs) : {}),
  }),
})

/** Lines of Java's, Python's, .NET's and similar loggers that begin with a time. The layout that matched last is tried first. */
export const createLayoutReader = (): LineReader => {
  let last: Layout | undefined
  return {
    name: 'logging library',
    first: '0123',
    read(line, reading) {
      const { zone, cursor } = reading
      let time = scanIso(line, 0, zone, cursor)
      if (Number.isNaN(time) && line.charCodeAt(2) === 58) time = scanTimeOfDay(line, 0, reading)
      // log4j's DATE and Tomcat: `01 May 2024 12:00:00,123`, `01-May-2024 12:00:00.123`.
      if (Number.isNaN(time) && (line.charCodeAt(2) === 32 || line.charCodeAt(2) === 45)) time = scanMail(line, 0, zone, cursor)
      if (Number.isNaN(time)) return undefined
      return readLayout(line.slice(cursor.end), time, line.charCodeAt(cursor.end - 4) === 44)
    },
  }

  function readLayout(rest: string, time: number, hasComma: boolean): TextEvent | undefined {
    const code = rest.charCodeAt(rest.charCodeAt(0) === 32 ? 1 : 0)
    const next = code >= 65 && code <= 90 ? 'A' : code >= 48 && code <= 57 ? '0' : String.fromCharCode(code)
    const groups = last?.pattern.exec(rest)?.groups
    if (groups) return toEvent(time, groups)
    for (const layout of LAYOUTS) {
      const match =
        layout === last || !layout.next.includes(next) || (layout.behindComma && !hasComma) ? undefined : layout.pattern.exec(rest)?.groups
      if (!match) continue
      if (!layout.general) last = layout
      return toEvent(time, match)
    }
    return undefined
  }
}

/** Those that stand behind a time in brackets: `[2024-05-01 12:00:00,123] INFO message (kafka.server.KafkaServer)`. */
const BRACKETED: readonly RegExp[] = [
  // INFO [main] (com.acme.Foo) message
  new RegExp(`^ ${LEVEL} {1,60}\\[(?<thread>[^\\]]{1,200})\\] \\((?<logger>[\\w.$]{1,200})\\) (?<message>[\\s\\S]*)$`),
  // {taskinstance.py:1234} INFO - message
  new RegExp(`^ \\{(?<source>[^}\\s]{1,200})\\} ${LEVEL} - (?<message>[\\s\\S]*)$`),
  // INFO message (kafka.server.KafkaServer)
  new RegExp(`^ ${LEVEL} {1,60}(?<message>[\\s\\S]*) \\((?<logger>[a-z]\\w{0,60}(?:\\.[\\w$]{1,100}){1,12})\\)$`),
]

/** env_logger of Rust: `[2024-05-01T12:00:00Z WARN  my_crate::store] message`. */
const RUST = new RegExp(`^ ${LEVEL} {1,3}(?<logger>\\w[\\w:-]{0,200})\\] (?<message>[\\s\\S]*)$`)

export const createBracketedReader = (): LineReader => ({
  name: 'logging library with a time in brackets',
  first: '[',
  read(line, { zone, cursor }) {
    const time = scanIso(line, 1, zone, cursor)
    if (Number.isNaN(time)) return undefined
    if (line.charCodeAt(cursor.end) === 32) {
      const inside = RUST.exec(line.slice(cursor.end))?.groups
      return inside && toEvent(time, inside)
    }
    if (line.charCodeAt(cursor.end) !== 93) return undefined
    const rest = line.slice(cursor.end + 1)
    for (const pattern of BRACKETED) {
      const groups = pattern.exec(rest)?.groups
      if (groups) return toEvent(time, groups)
    }
    return undefined
  },
})

const LEVEL_FIRST = new RegExp(
  `^(?:${LEVEL}:?|\\[${LEVEL.replace('level', 'boxed')} {0,8}\\])[ \\t]{0,8}(?:\\[(?<thread>[^\\]]{1,200})\\] {1,8})?(?:[|-] )?(?=\\[?\\d{4}[-/]\\d\\d[-/]\\d\\d[ T])`,
)
/** What Cassandra puts behind the time: `StorageService.java:100 - message`. */
const SOURCE_FIRST = /^ ([\w$]{1,100}\.java:\d{1,6}) - /
/** A level before the time: `INFO  [main] 2024-05-01 12:00:00,123 Foo.java:100 - message`, `[ERROR] 2024-05-01 12:00:00 [main] com.acme.Foo - message`. */
export const createLevelFirstReader = (layouts: LineReader): LineReader => ({
  name: 'level before the time',
  first: 'TDINWESFCAO[',
  read(line, reading) {
    const match = LEVEL_FIRST.exec(line.slice(0, 260))
    if (!match) return undefined
    const { zone, cursor } = reading
    const at = match[0].length
    const bracketed = line.charCodeAt(at) === 91
    const time = scanIso(line, bracketed ? at + 1 : at, zone, cursor)
    if (Number.isNaN(time)) return undefined
    let { end } = cursor
    if (bracketed && line.charCodeAt(end++) !== 93) return undefined
    const word = match.groups?.level ?? match.groups?.boxed ?? ''
    const rest = line.slice(end)
    const level = levelOfWord(word)
    const { thread } = match.groups ?? {}
    const source = SOURCE_FIRST.exec(rest)
    if (source) return { time, level, message: rest.slice(source[0].length), attributes: present({ thread, source: source[1] }) }
    // Put where most write it, the level makes the line one of the known layouts.
    const threaded = /^ (\[[^\]]{1,200}\]) /.exec(rest)
    const usual = threaded ? ` ${threaded[1]} ${word} ${rest.slice(threaded[0].length)}` : ` ${word}${rest}`
    const event = layouts.read(`1970-01-01 00:00:00${usual}`, reading) ?? { time, level, message: rest.replace(/^[\s\-|:,]+/, ''), attributes: {} }
    return { ...event, time, attributes: { ...present({ thread }), ...event.attributes } }
  },
})

const ELASTIC = /^\[([^\]]{10,40})\]\[(TRACE|DEBUG|INFO|WARN|ERROR|FATAL) *\]\[([^\]]{1,200}?) *\] ?(?:\[([^\]]{0,100})\] ?)?/
/** `[2024-05-01T12:00:00,123][INFO ][o.e.n.Node] [node-1] message`. */
export const elasticReader: LineReader = {
  name: 'Elasticsearch',
  first: '[',
  read(line, { zone, cursor }) {
    const match = ELASTIC.exec(line.slice(0, 500))
    if (!match) return undefined
    const time = scanIso(line, 1, zone, cursor)
    if (Number.isNaN(time)) return undefined
    return {
      time,
      level: levelOfWord(match[2] ?? ''),
      message: line.slice(match[0].length),
      attributes: present({ logger: match[3], node: match[4] }),
    }
  },
}

const MONOLOG = /^\[([^\]]{19,40})\] ([\w-]{1,100})\.(DEBUG|INFO|NOTICE|WARNING|ERROR|CRITICAL|ALERT|EMERGENCY): /
const LARAVEL_EXCEPTION = /"exception":"\[object\] \(([\w\\]{1,200})\(code: [^)]{0,20}\): ?/

/** `[2024-05-01 12:00:00] production.ERROR: message {"ctx":1} []` of Laravel, Symfony and whatever else uses monolog. */
export const monologReader: LineReader = {
  name: 'monolog',
  first: '[',
  read(line, { zone, cursor }) {
    const match = MONOLOG.exec(line.slice(0, 200))
    if (!match) return undefined
    const time = scanIso(line, 1, zone, cursor)
    if (Number.isNaN(time)) return undefined
    const event: TextEvent = {
      time,
      level: levelOfWord(match[3] ?? ''),
      message: line.slice(match[0].length),
      attributes: { channel: match[2] },
    }
    readContext(event)
    return event
  },
}

const jsonObject = (text: string): { [key: string]: unknown } | undefined => {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as { [key: string]: unknown }) : undefined
  } catch {
    return undefined
  }
}

/** The context that monolog appends as JSON; an exception in it is spread over the lines that follow. */
const readContext = (event: TextEvent): void => {
  const exception = LARAVEL_EXCEPTION.exec(event.message)
  if (exception) {
    const text = event.message.slice(exception.index + exception[0].length).replace(/"\}\s*(?:\[\])?\s*$/, '')
    event.error = { type: exception[1]?.replaceAll('\\\\', '\\'), message: text.replace(/ at \S+:\d+\)$/, '') }
    const brace = event.message.lastIndexOf(' {"', exception.index)
    event.message = event.message.slice(0, brace < 0 ? exception.index : brace)
    return
  }
  const trimmed = event.message.trimEnd().replace(/(?: \[\]| \{\}){1,2}$/, '')
  const brace = trimmed.endsWith('}') ? trimmed.indexOf(' {"') : -1
  const context = brace < 0 ? undefined : jsonObject(trimmed.slice(brace + 1))
  event.message = context ? trimmed.slice(0, brace) : trimmed
  if (context) for (const [key, value] of Object.entries(context)) setField(event.attributes, key, value)
}
