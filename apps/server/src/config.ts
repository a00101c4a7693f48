import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs'
import { isIP } from 'node:net'
import { totalmem } from 'node:os'
import { resolve } from 'node:path'
import { z } from 'zod'
import { HeartwoodError } from './errors.ts'
import { tryCreateZone } from './receivers/stamps/zone.ts'

const MIB = 1024 * 1024
const GIB = 1024 * MIB

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const

const port = z
  .string()
  .trim()
  .refine((text) => /^\d{1,5}$/.test(text) && Number(text) <= 65_535, 'expected a port from 0 to 65535 (0 takes any free one)')
  .transform(Number)
const url = (...protocols: string[]) =>
  z
    .string()
    .refine(
      (text) => URL.canParse(text) && protocols.includes(new URL(text).protocol),
      `expected a URL that begins with ${protocols.map((p) => `${p}//`).join(' or ')}`,
    )
const size = z
  .string()
  .regex(/^\d+(\.\d+)?\s*(B|KB|MB|GB|KiB|MiB|GiB)?$/i, 'expected a size such as 512MiB or 4GiB')
  .transform(parseSize)
/** @param least below it nothing would work, and nobody could tell why. */
const sizeFrom = (least: number) => size.refine((bytes) => bytes >= least, `expected at least ${least / MIB}MiB`)

/** Each setting of the environment: its form, and what it is when it is not there. docs/operations/configuration.md describes them. */
const schema = z.object({
  HEARTWOOD_HOST: z.string().default('127.0.0.1'),
  HEARTWOOD_PORT: port.default(4600),
  HEARTWOOD_DATA: z.string().default('./data'),
  HEARTWOOD_PUBLIC_URL: url('http:', 'https:').optional(),
  HEARTWOOD_OWNER_EMAIL: z.email('expected an e-mail address').optional(),
  HEARTWOOD_OWNER_PASSWORD: z.string().min(10, 'expected at least 10 characters').optional(),
  HEARTWOOD_CLICKHOUSE_URL: url('http:', 'https:').optional(),
  HEARTWOOD_DATABASE_URL: url('postgres:', 'postgresql:').optional(),
  HEARTWOOD_ENGINE_MEMORY: sizeFrom(256 * MIB).optional(),
  HEARTWOOD_QUEUE_LIMIT: sizeFrom(64 * MIB).optional(),
  HEARTWOOD_TRUST_PROXY: z.string().optional(),
  HEARTWOOD_SYSLOG: z.string().optional(),
  HEARTWOOD_GEO_FILE: z.string().optional(),
  HEARTWOOD_LOG_LEVEL: z.enum(LOG_LEVELS, `expected one of ${LOG_LEVELS.join(', ')}`).default('info'),
})

/** Settings whose value may stand in a file instead, named by the same variable with `_FILE`. */
const SECRETS = ['HEARTWOOD_OWNER_PASSWORD', 'HEARTWOOD_DATABASE_URL', 'HEARTWOOD_CLICKHOUSE_URL'] as const

interface SyslogListener {
  transport: 'udp' | 'tcp'
  host: string
  port: number
  /** Id or slug of the project that takes what arrives here. */
  project: string
  timezone: string
}

export interface Config {
  host: string
  port: number
  dataFolder: string
  publicUrl: string | undefined
  owner: { email: string; password: string } | undefined
  clickhouseUrl: string | undefined
  databaseUrl: string | undefined
  engineMemoryBytes: number
  queueLimitBytes: number
  trustProxy: string[] | boolean
  syslog: SyslogListener[]
  geoFile: string | undefined
  logLevel: string
}

/**
 * Reads the environment once.
 * @throws HeartwoodError `config-invalid` whose message lists every problem, not just the first.
 */
export function parseConfig(env: NodeJS.ProcessEnv): Readonly<Config> {
  const problems: string[] = []
  const values = { ...withoutEmpty(env), ...readSecretFiles(env, problems) }
  const parsed = schema.safeParse(values)
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      const name = String(issue.path[0])
      problems.push(`${name}: ${issue.message}${isSecret(name) ? '' : `, got “${values[name]}”`}`)
    }
  }
  for (const name of Object.keys(env)) {
    const meant = name.startsWith('HEARTWOOD_') && !isKnown(name) ? nearestSetting(name) : undefined
    if (meant !== undefined) problems.push(`${name}: there is no such setting; did you mean ${meant}?`)
  }
  const syslog = collect(problems, () => parseSyslog(values.HEARTWOOD_SYSLOG)) ?? []
  const trustProxy = collect(problems, () => parseTrustProxy(values.HEARTWOOD_TRUST_PROXY)) ?? false
  if (values.HEARTWOOD_GEO_FILE !== undefined) collect(problems, () => insistOnMmdb(values.HEARTWOOD_GEO_FILE ?? ''))
  const { HEARTWOOD_OWNER_EMAIL: email, HEARTWOOD_OWNER_PASSWORD: password } = values
  if ((email === undefined) !== (password === undefined)) {
    problems.push('HEARTWOOD_OWNER_EMAIL and HEARTWOOD_OWNER_PASSWORD (or …_FILE) belong together: set both or neither')
  }
  if (problems.length > 0 || !parsed.success) {
    const [only = '', ...others] = problems
    throw new HeartwoodError(
      'config-invalid',
      others.length === 0 ? `${only}.` : `The configuration has ${problems.length} problems:\n${problems.map((p) => `  - ${p}`).join('\n')}\n`,
    )
  }
  const data = parsed.data
  return Object.freeze({
    host: data.HEARTWOOD_HOST,
    port: data.HEARTWOOD_PORT,
    dataFolder: resolve(data.HEARTWOOD_DATA),
    publicUrl: data.HEARTWOOD_PUBLIC_URL?.replace(/\/+$/, ''),
    owner: email !== undefined && password !== undefined ? { email, password } : undefined,
    clickhouseUrl: data.HEARTWOOD_CLICKHOUSE_URL,
    databaseUrl: data.HEARTWOOD_DATABASE_URL,
    engineMemoryBytes: data.HEARTWOOD_ENGINE_MEMORY ?? defaultEngineMemory(totalmem()),
    queueLimitBytes: data.HEARTWOOD_QUEUE_LIMIT ?? 4 * GIB,
    trustProxy,
    syslog,
    geoFile: data.HEARTWOOD_GEO_FILE,
    logLevel: data.HEARTWOOD_LOG_LEVEL,
  })
}

/** A quarter of the machine, at least 512 MiB and at most 2 GiB. */
export const defaultEngineMemory = (machineBytes: number): number => Math.min(Math.max(Math.floor(machineBytes / 4), 512 * MIB), 2 * GIB)

function parseSize(text: string): number {
  const [, number = '0', unit = 'B'] = /^([\d.]+)\s*([a-z]*)$/i.exec(text.trim()) ?? []
  const factor: Record<string, number> = { b: 1, '': 1, kb: 1e3, mb: 1e6, gb: 1e9, kib: 1024, mib: MIB, gib: GIB }
  return Math.floor(Number(number) * (factor[unit.toLowerCase()] ?? 1))
}

/** `udp://127.0.0.1:5514?project=shop&timezone=Europe/Berlin`, several separated by commas. */
function parseSyslog(text: string | undefined): SyslogListener[] {
  return (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const parsed = URL.canParse(part) ? new URL(part) : undefined
      const transport = parsed?.protocol === 'udp:' ? 'udp' : parsed?.protocol === 'tcp:' ? 'tcp' : undefined
      const project = parsed?.searchParams.get('project')
      if (!parsed || !transport || !project || parsed.port === '') {
        throw new HeartwoodError(
          'config-invalid',
          `HEARTWOOD_SYSLOG: expected udp://HOST:PORT?project=SLUG or tcp://HOST:PORT?project=SLUG, got “${part}”`,
        )
      }
      const timezone = parsed.searchParams.get('timezone') ?? 'UTC'
      if (tryCreateZone(timezone) === undefined) {
        throw new HeartwoodError(
          'config-invalid',
          `HEARTWOOD_SYSLOG: “${timezone}” is neither a time zone such as Europe/Berlin nor an offset such as +02:00`,
        )
      }
      return {
        transport,
        host: parsed.hostname.replace(/^\[|\]$/g, ''),
        port: Number(parsed.port),
        project,
        timezone,
      }
    })
}

const MMDB_MARK = Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1')
/** The metadata of an MMDB file stand in its last 128 KiB. */
const MMDB_END_BYTES = 128 * 1024

/** The file is read by another thread on the first address: by then nobody watches. */
function insistOnMmdb(path: string): void {
  const fail = (why: string) => new HeartwoodError('config-invalid', `HEARTWOOD_GEO_FILE: ${path} ${why}`)
  let end: Buffer
  try {
    const file = openSync(path, 'r')
    try {
      const { size } = fstatSync(file)
      end = Buffer.alloc(Math.min(size, MMDB_END_BYTES))
      readSync(file, end, 0, end.length, size - end.length)
    } finally {
      closeSync(file)
    }
  } catch (error) {
    throw fail(`cannot be read (${error instanceof Error && 'code' in error ? error.code : 'unknown reason'})`)
  }
  if (!end.includes(MMDB_MARK)) throw fail('is no MMDB file')
}

/** `none`, or a comma list of addresses and networks whose X-Forwarded-For is believed. */
function parseTrustProxy(text: string | undefined): string[] | boolean {
  if (text === undefined || text === 'none') return false
  const parts = text.split(',').map((part) => part.trim())
  for (const part of parts) {
    const [address = '', bits] = part.split('/')
    const fits = ['loopback', 'linklocal', 'uniquelocal'].includes(part) || (isIP(address) !== 0 && (bits === undefined || /^\d{1,3}$/.test(bits)))
    if (!fits)
      throw new HeartwoodError('config-invalid', `HEARTWOOD_TRUST_PROXY: expected addresses or networks such as 10.0.0.0/8, loopback, got “${part}”`)
  }
  return parts
}

function collect<Value>(problems: string[], read: () => Value): Value | undefined {
  try {
    return read()
  } catch (error) {
    problems.push(error instanceof HeartwoodError ? error.message : String(error))
    return undefined
  }
}

function readSecretFiles(env: NodeJS.ProcessEnv, problems: string[]): Record<string, string> {
  const found: Record<string, string> = {}
  for (const name of SECRETS) {
    const file = env[`${name}_FILE`]
    if (file === undefined || file === '') continue
    try {
      found[name] = readFileSync(file, 'utf8').trim()
    } catch (error) {
      problems.push(`${name}_FILE: cannot read ${file} (${error instanceof Error && 'code' in error ? error.code : 'unknown reason'})`)
    }
  }
  return found
}

const isSecret = (name: string): boolean => SECRETS.some((secret) => secret === name)

const withoutEmpty = (env: NodeJS.ProcessEnv): Record<string, string | undefined> =>
  Object.fromEntries(Object.entries(env).filter(([name, value]) => name in schema.shape && value !== ''))

/** Read by the command line or the launcher, not by the server. */
const ELSEWHERE = ['HEARTWOOD_URL', 'HEARTWOOD_TOKEN', 'HEARTWOOD_PROJECT', 'HEARTWOOD_SOURCE', 'HEARTWOOD_CHROMIUM']
const isKnown = (name: string): boolean => name in schema.shape || ELSEWHERE.includes(name) || SECRETS.some((secret) => name === `${secret}_FILE`)

/** A setting at most two letters away: a slip of the keyboard, which must not be ignored silently. Other names are not ours to judge. */
function nearestSetting(name: string): string | undefined {
  const [nearest] = Object.keys(schema.shape)
    .map((known) => ({ known, steps: distance(known, name) }))
    .sort((a, b) => a.steps - b.steps)
  return nearest && nearest.steps <= 2 ? nearest.known : undefined
}

/** Levenshtein distance; the names are short. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
