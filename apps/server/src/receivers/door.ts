import type { api, ErrorBody, Format, IngestAnswer, RouteParsed, SampleRates } from '@heartwood/protocol'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ERRORS, HeartwoodError } from '../errors.ts'
import type { Ingest, ProjectSettings } from '../ingest/ingest.ts'
import { levelFromText } from '../pipeline/levels.ts'
import { parseTimestamp } from './stamps/parse-timestamp.ts'
import { tryCreateZone } from './stamps/zone.ts'

/** What a door has to know of projects; the meta store answers from memory. */
export interface DoorProjects {
  /** By id or slug. */
  find(ref: string): Promise<{ id: number } | undefined>
  settings(projectId: number): DoorSettings | Promise<DoorSettings>
}

type DoorSettings = ProjectSettings & RateSetting

/** The sample rates of a project, and when they were last changed (ms; undefined: never). */
export interface RateSetting {
  sampleRates: SampleRates
  sampleRatesAt: number | undefined
}

const RATES_HEADER = 'x-heartwood-sample-rates'

export interface DoorDeps {
  ingest: Ingest
  projects: DoorProjects
}

type DoorQuery = RouteParsed<typeof api.ingest, 'query'>

/** Hands one request of Heartwood's own doors to ingest and answers it; when nothing could be taken, as 400 with the same body. */
export async function takeAtDoor(
  deps: DoorDeps,
  door: string,
  format: Format,
  query: DoorQuery,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<IngestAnswer> {
  insistOnReadable(query)
  const { projectId, keyId } = await projectOf(deps.projects, request, query.project)
  const settings = await deps.projects.settings(projectId)
  // For our SDKs, which mark what they let through. Told also when cleared, however long ago: who was told rates keeps them until then.
  if (settings.sampleRatesAt !== undefined) reply.header(RATES_HEADER, JSON.stringify(settings.sampleRates))
  const answer = await deps.ingest.take({
    door,
    format,
    contentType: request.sentContentType ?? '',
    body: bytesOf(request),
    projectId,
    keyId,
    settings,
    batchId: headerText(request, 'x-heartwood-batch'),
    defaults: defaultsOf(query),
    timezone: query.timezone,
    year: yearOf(query.year),
    after: query.after === undefined ? undefined : parseTimestamp(query.after),
    importing: query.import === '1' || query.import === 'true',
    address: request.ip,
    userAgent: headerText(request, 'user-agent'),
  })
  if (answer.accepted === 0 && answer.rejectedCount > 0) {
    const first = answer.rejected[0]?.message ?? ''
    reply.code(400)
    const error = {
      code: 'nothing-accepted',
      message: `None of the ${answer.rejectedCount} entries could be taken. ${first}`.trim(),
      details: { fix: ERRORS['nothing-accepted'].fix },
      docs: '/docs/errors#nothing-accepted',
    }
    const refused: IngestAnswer & ErrorBody = { ...answer, error }
    return refused
  }
  return answer
}

/**
 * The project of the caller's key, or the one that a person or the local administrator names.
 * @throws HeartwoodError `project-forbidden`, `validation-failed`, `project-not-found`
 */
export async function projectOf(
  projects: DoorProjects,
  request: FastifyRequest,
  ref: string | undefined,
): Promise<{ projectId: number; keyId: string }> {
  const { caller } = request
  if (caller.kind === 'key') {
    if (ref !== undefined && (await projects.find(ref))?.id !== caller.projectId) {
      throw new HeartwoodError('project-forbidden', 'The key belongs to another project than the one that the request names.')
    }
    return { projectId: caller.projectId, keyId: caller.keyId }
  }
  if (ref === undefined) {
    throw new HeartwoodError('validation-failed', 'Say which project takes the events: `?project=` with its id or slug.', {
      details: [{ place: 'query', path: 'project', message: 'is needed without a key' }],
    })
  }
  const project = await projects.find(ref)
  if (!project) throw new HeartwoodError('project-not-found', `There is no project “${ref.slice(0, 100)}”.`)
  return { projectId: project.id, keyId: '' }
}

function defaultsOf(query: DoorQuery): { [Name in 'service' | 'environment' | 'release' | 'dataset' | 'level' | 'host']?: string } {
  const defaults: ReturnType<typeof defaultsOf> = {}
  for (const name of ['service', 'environment', 'release', 'dataset', 'level', 'host'] as const) {
    const value = query[name]
    if (value !== undefined && value !== '') defaults[name] = value
  }
  return defaults
}

/** A zone that nobody knows would silently move every time of the body; the sender learns of it while the events are still there. */
function insistOnReadable(query: DoorQuery): void {
  const { timezone = '', year = '', after = '', level = '' } = query
  const details: { place: 'query'; path: string; message: string }[] = []
  const check = (path: string, readable: boolean, message: string): void => {
    if (!readable) details.push({ place: 'query', path, message })
  }
  check('timezone', tryCreateZone(timezone) !== undefined, 'is neither a time zone such as Europe/Berlin nor an offset such as +02:00')
  check('year', year === '' || yearOf(year) !== undefined, 'is no year of four digits')
  check('after', after === '' || parseTimestamp(after) !== undefined, 'is no RFC 3339 time')
  check('level', level === '' || levelFromText(level) !== undefined, 'is no level')
  const [first] = details
  if (first) throw new HeartwoodError('validation-failed', `\`${first.path}\` ${first.message}.`, { details })
}

/** The project that the address names, if it names one: whoever reads the query of a door without a schema asks here. */
export function projectRefOf({ query }: Pick<FastifyRequest, 'query'>): string | undefined {
  const { project } = query as { project?: unknown }
  return typeof project === 'string' ? project : undefined
}

/** The body as the raw parser left it; empty where there was none. */
export const bytesOf = ({ body }: Pick<FastifyRequest, 'body'>): Uint8Array => (body instanceof Uint8Array ? body : new Uint8Array(0))

const yearOf = (text: string | undefined): number | undefined => (text !== undefined && /^\d{4}$/.test(text) ? Number(text) : undefined)

const headerText = (request: FastifyRequest, name: string): string => {
  const value = request.headers[name]
  return (Array.isArray(value) ? value[0] : value) ?? ''
}
