import { isLoopback } from '../server/address.ts'
import { type Connection, isConnectionLost, toCliError } from '../server/connection.ts'
import { type Finding, note, ok, problem, warning } from './finding.ts'
import { findPortOwner } from './port-owner.ts'

const WITHIN_MS = 5_000
const SKEW_MS = 30_000

/** One line of `/readyz`. */
interface Part {
  name: string
  ok: boolean
  message: string
}

const portOf = (url: string): number => Number(new URL(url).port || (url.startsWith('https') ? 443 : 80))

/** Whether a Heartwood server answers, can work, has our version and clock, and takes our token. */
export async function checkServer(connection: Connection, version: string, signal: AbortSignal): Promise<Finding[]> {
  const { url } = connection.address
  const alive = await ask(connection, '/healthz', signal)
  if (alive instanceof Error) return [await describeSilence(url, alive)]
  if (!alive.ok) return [await describeStranger(url, alive.status)]
  const session = await connection.client.session().catch(() => undefined)
  if (!session) return [await describeStranger(url, alive.status)]
  const findings = [
    ok('server', `Heartwood ${session.version} answers at ${url}.`),
    await checkReady(connection, signal),
    checkClock(alive.headers.get('date')),
  ]
  if (session.version !== version) {
    findings.push(warning('version', `The server is ${session.version}, this command line ${version}.`, 'Bring both to the same version.'))
  }
  if (session.needsOwner) findings.push(note('owner', 'The server waits for its owner: open the one-time link that it printed at start.'))
  findings.push(...(await checkAccess(connection)))
  return findings
}

async function checkReady(connection: Connection, signal: AbortSignal): Promise<Finding> {
  const answer = await ask(connection, '/readyz', signal)
  if (answer instanceof Error)
    return problem('ready', 'The server does not say within 5 s whether it is ready.', 'Look at its log; it may be overloaded.')
  const body: unknown = await answer.json().catch(() => undefined)
  const parts = typeof body === 'object' && body !== null && 'parts' in body && Array.isArray(body.parts) ? (body.parts as Partial<Part>[]) : []
  const bad = parts.filter((part) => part?.ok === false).map((part) => `${part.name}: ${part.message ?? 'not ready'}`)
  if (answer.ok && bad.length === 0) return ok('ready', 'It can take events and answer queries.')
  return problem('ready', `It is not ready: ${bad.join('; ') || `status ${answer.status}`}.`, 'Mend what it names; the server’s log has the details.')
}

function checkClock(date: string | null, now: number = Date.now()): Finding {
  const skew = date === null ? Number.NaN : now - Date.parse(date)
  if (Number.isNaN(skew)) return note('clock', 'The server did not say what time it is.')
  if (Math.abs(skew) <= SKEW_MS) return ok('clock', 'Its clock and ours agree.')
  const seconds = Math.round(Math.abs(skew) / 1_000)
  return problem(
    'clock',
    `Its clock is ${seconds} s ${skew > 0 ? 'behind' : 'ahead of'} ours.`,
    'Set both by NTP; relative times such as -15m depend on it.',
  )
}

async function checkAccess(connection: Connection): Promise<Finding[]> {
  const { client, address } = connection
  try {
    const me = await client.me()
    const findings = [ok('access', me.kind === 'key' ? `The key may ${me.key?.scope ?? 'do something'}.` : 'We are its administrator.')]
    if (me.kind !== 'key') findings.push(...(await checkInside(connection)))
    return findings
  } catch (error) {
    const failure = toCliError(error, address)
    if (!(failure instanceof Error)) throw failure
    const fix = 'fix' in failure ? String(failure.fix) : ''
    // A key that may only ingest cannot ask who it is.
    if (address.tokenFrom === 'given' && 'code' in failure && failure.code === 'not-allowed')
      return [note('access', `The key cannot be looked into: ${failure.message}`)]
    return [warning('access', failure.message, fix)]
  }
}

async function checkInside({ client }: Connection): Promise<Finding[]> {
  const health = await client.health().catch(() => undefined)
  if (!health) return []
  const { queue } = health
  const findings: Finding[] = []
  if (queue.deadLetters > 0) {
    findings.push(
      warning(
        'dead-letters',
        `${queue.deadLetters} batches could not be stored.`,
        '`heartwood dead-letter list` says why; `heartwood dead-letter replay --all` tries again.',
      ),
    )
  }
  const share = queue.bytes / queue.capBytes
  if (share > 0.5) {
    findings.push(
      problem(
        'queue',
        `The queue is ${Math.round(share * 100)} % full; storing is slower than what comes in.`,
        'See /readyz and the log for why the engine is slow; senders are asked to wait when it is full.',
      ),
    )
  }
  return findings
}

async function ask(connection: Connection, path: string, signal: AbortSignal): Promise<Response | Error> {
  try {
    return await connection.request(path, { silenceMs: WITHIN_MS, signal })
  } catch (error) {
    if (!isConnectionLost(error)) throw error
    return error instanceof Error ? error : new Error(String(error))
  }
}

async function describeSilence(url: string, error: Error): Promise<Finding> {
  const owner = isLoopback(url) ? await findPortOwner(portOf(url)) : undefined
  if (owner === undefined)
    return problem('server', `Nothing answers at ${url}.`, 'Start it with `npm start` or `heartwood serve`, or name its address with --url.')
  const what = error.name === 'TimeoutError' ? 'but does not answer' : 'but does not speak HTTP as expected'
  return problem(
    'server',
    `Port ${portOf(url)} is taken by ${owner}, ${what}.`,
    'If that is Heartwood, look at its log; else stop it, or set HEARTWOOD_PORT to another port.',
  )
}

async function describeStranger(url: string, status: number): Promise<Finding> {
  const owner = isLoopback(url) ? await findPortOwner(portOf(url)) : undefined
  return problem(
    'server',
    `What answers at ${url} is not Heartwood (status ${status})${owner === undefined ? '' : `: ${owner}`}.`,
    'Stop that program, or set HEARTWOOD_PORT to another port and --url with it.',
  )
}
