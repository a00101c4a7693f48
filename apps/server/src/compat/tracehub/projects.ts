import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { People } from '../../auth/people.ts'
import { HeartwoodError } from '../../errors.ts'
import type { Keys } from '../../features/projects/keys.ts'
import type { Projects } from '../../features/projects/projects.ts'
import { abortOnClose } from '../../http/abort-on-close.ts'
import type { KeyRecord, Project } from '../../store/meta/meta-store.ts'
import { parameterFault } from './errors.ts'
import { bodyOf, bodyText, type Query } from './parameters.ts'
import type { TraceHubReading } from './reading.ts'

export interface TraceHubProjectsDeps {
  projects: Projects
  keys: Keys
  people: Pick<People, 'byId'>
  reading: TraceHubReading
  /** The project that the query names. @throws HeartwoodError `validation-failed`, `project-forbidden` */
  projectOf(request: FastifyRequest): Project
  /** @throws HeartwoodError `project-not-found` */
  projectById(ref: string): Project
}

/** One installation is one organisation. */
export const ORGANISATION = { organization_id: 'heartwood', organization_name: 'Heartwood' } as const
const MAX_NAME = 100

/** Projects and their keys. Everyone who signs in here sees all projects, so that none has developers of its own. */
export function registerTraceHubProjects(scope: FastifyInstance, deps: TraceHubProjectsDeps): void {
  const { projects, keys, people, reading, projectOf, projectById } = deps
  const config = { access: 'public' } as const
  const named = (request: FastifyRequest): Project => projectById((request.params as { id: string }).id)

  scope.get('/api/v1/projects', { config }, async () => projects.list().map(toProject))

  scope.post('/api/v1/projects', { config }, async (request, reply) => {
    const project = await projects.create(nameOf(request.body))
    return reply.code(201).send({ ...toProject(project), team_id: null })
  })

  scope.get('/api/v1/projects/:id', { config }, async (request, reply) => {
    const project = named(request)
    const signal = abortOnClose(reply)
    const { logs, errors, fatals } = await reading.summary(project.id, signal)
    const live = (await keys.list(project.id)).filter(isActive)
    const summary = { total_logs: logs, error_count: errors, fatal_count: fatals, latest_log_at: await reading.latest(project.id, signal) }
    return { ...toProject(project), managers: [], developers: [], logs_summary: summary, api_key_count: live.length }
  })

  scope.delete('/api/v1/projects/:id', { config }, async (request, reply) => {
    const project = named(request)
    await projects.remove(project, project.name)
    return reply.code(204).send()
  })

  scope.patch('/api/v1/projects/:id/status', { config }, async (request) => {
    const { id, name } = named(request)
    const status = bodyText(request.body, 'status')
    if (status !== 'APPROVED') throw parameterFault('enum', 'body', 'status', "Here every project is 'APPROVED'")
    return { id: String(id), name, status }
  })

  scope.get('/api/v1/projects/:id/logs', { config }, async (request, reply) => {
    const found = await reading.projectLogs(named(request).id, request.query as Query, abortOnClose(reply))
    return found.map(({ pid: _pid, thread_id: _thread, sdk_version: _sdk, ...log }) => ({ ...log, developer_id: null, developer_name: null }))
  })

  scope.get('/api/v1/projects/:id/developers', { config }, async (request) => {
    named(request)
    return []
  })
  scope.post('/api/v1/projects/:id/developers', { config }, async (request, reply) => {
    named(request)
    const person = await people.byId(bodyText(request.body, 'user_id'))
    if (person === undefined) throw new HeartwoodError('person-not-found', 'User not found')
    // Whoever has an account sees every project already.
    return reply.code(409).send({ detail: 'User already has access to this project' })
  })

  scope.get('/api/v1/projects/:id/api-keys', { config }, async (request) => (await keys.list(named(request).id)).map(toKey))
  scope.post('/api/v1/projects/:id/api-keys', { config }, async (request, reply) => {
    const { key, secret } = await createKey(keys, named(request), request.body)
    reply.header('cache-control', 'no-store')
    return reply.code(201).send({
      id: key.id,
      project_id: String(key.projectId),
      api_key: secret,
      label: key.name,
      assigned_to: null,
      created_at: new Date(key.createdAt).toISOString(),
      message: 'Keep this key now: it is not shown again.',
    })
  })

  scope.get('/api/v1/api-keys', { config }, async (request) => (await keys.list(projectOf(request).id)).map(toKey))
  scope.post('/api/v1/api-keys', { config }, async (request, reply) => {
    const project = projectById(bodyText(request.body, 'project_id'))
    const { key, secret } = await createKey(keys, project, request.body)
    reply.header('cache-control', 'no-store')
    return reply.code(201).send({ ...toKey(key), raw_key: secret })
  })
  scope.delete('/api/v1/api-keys/:id', { config }, async (request, reply) => {
    await keys.revoke((request.params as { id: string }).id)
    return reply.code(204).send()
  })
}

function nameOf(body: unknown): string {
  const name = bodyText(body, 'name').trim()
  if (name === '') throw parameterFault('string_too_short', 'body', 'name', 'String should have at least 1 character')
  if (name.length > MAX_NAME) throw parameterFault('string_too_long', 'body', 'name', `String should have at most ${MAX_NAME} characters`)
  return name
}

function createKey(keys: Keys, project: Project, body: unknown): ReturnType<Keys['create']> {
  const { label } = bodyOf(body)
  const name = typeof label === 'string' ? label.trim().slice(0, MAX_NAME) : ''
  return keys.create({ projectId: project.id, scope: 'ingest', client: 'tracehub', name, origins: [] })
}

const isActive = ({ revokedAt }: KeyRecord): boolean => revokedAt === undefined

const toProject = ({ id, name, createdAt }: Project) => ({
  id: String(id),
  name,
  description: null,
  ...ORGANISATION,
  developer_count: 0,
  created_at: new Date(createdAt).toISOString(),
  status: 'APPROVED',
})

const toKey = (key: KeyRecord) => ({
  id: key.id,
  label: key.name,
  api_key: `${key.hint}…`,
  is_active: isActive(key),
  created_by: null,
  assigned_to: null,
  assigned_to_name: null,
  assigned_to_email: null,
  created_at: new Date(key.createdAt).toISOString(),
})
