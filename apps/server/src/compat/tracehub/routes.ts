import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { AttemptLimits } from '../../auth/attempt-limits.ts'
import type { Directory } from '../../auth/directory.ts'
import { HeartwoodError } from '../../errors.ts'
import { abortOnClose } from '../../http/abort-on-close.ts'
import { registerErrors } from '../../http/errors.ts'
import { registerNotFound } from '../../http/not-found.ts'
import type { PeopleStore, Person, Project } from '../../store/meta/meta-store.ts'
import { traceHubApiError } from './errors.ts'
import { registerTraceHubIssues, type TraceHubIssuesDeps } from './issues.ts'
import { bodyText, type Query, requiredOf, skillsIn } from './parameters.ts'
import { ORGANISATION, registerTraceHubProjects, type TraceHubProjectsDeps } from './projects.ts'
import type { SignIn } from './sign-in.ts'

export interface TraceHubApiDeps extends Pick<TraceHubIssuesDeps, 'issues'>, Omit<TraceHubProjectsDeps, 'projectOf' | 'projectById'> {
  signIn: SignIn
  limits: AttemptLimits
  directory: Directory
  profiles: Pick<PeopleStore, 'skills' | 'setSkills'>
}

/**
 * What TraceHub's dashboard and scripts ask, answered from our features. The access hook knows keys and cookies; these routes take neither but
 * only the access tokens of their own sign-in, so each of them but sign-in itself stands behind the hook below.
 */
export async function registerTraceHub(app: FastifyInstance, deps: TraceHubApiDeps): Promise<void> {
  await app.register(async (scope) => {
    registerErrors(scope, traceHubApiError)
    registerSignIn(scope, deps)
    await scope.register(async (guarded) => registerGuarded(guarded, deps))
  })
  registerNotFound(app, '/auth', traceHubApiError)
}

const config = { access: 'public' } as const

function registerSignIn(scope: FastifyInstance, { signIn, limits }: TraceHubApiDeps): void {
  scope.get('/health', { config }, async () => ({ status: 'ok' }))

  scope.post('/auth/login', { config }, async (request, reply) => {
    const [email, password] = [bodyText(request.body, 'email'), bodyText(request.body, 'password')]
    await limits.beforeSignIn(request.ip, email)
    const tokens = await signIn.logIn(email, password)
    await limits.afterSignIn(request.ip, email)
    reply.header('cache-control', 'no-store')
    return tokens
  })

  scope.post('/auth/refresh', { config }, async (request, reply) => {
    reply.header('cache-control', 'no-store')
    return signIn.refresh(bodyText(request.body, 'refresh_token'))
  })

  scope.post('/auth/signup', { config }, async () => {
    throw new HeartwoodError('key-forbidden', 'Accounts are made by the owner of this installation.')
  })
}

function registerGuarded(scope: FastifyInstance, deps: TraceHubApiDeps): void {
  const { signIn, directory, issues, reading, profiles } = deps
  const people = new WeakMap<FastifyRequest, Person>()
  scope.addHook('onRequest', async (request) => {
    const token = /^bearer +(\S{1,200})$/i.exec(request.headers.authorization ?? '')?.[1]
    const person = token === undefined ? undefined : await signIn.holderOf(token)
    if (person === undefined) {
      throw token === undefined
        ? new HeartwoodError('sign-in-required', 'Not authenticated')
        : new HeartwoodError('key-invalid', 'Invalid or expired token')
    }
    people.set(request, person)
    request.caller = { kind: 'person', personId: person.id }
  })
  const personOf = (request: FastifyRequest): Person => {
    const person = people.get(request)
    if (person === undefined) throw new HeartwoodError('sign-in-required', 'Not authenticated')
    return person
  }
  const projectById = (ref: string): Project => {
    const project = directory.findProject(ref)
    if (project === undefined) throw new HeartwoodError('project-not-found', 'Project not found')
    return project
  }
  const projectOf = (request: FastifyRequest): Project => {
    const project = directory.findProject(requiredOf(request.query as Query, 'project_id'))
    if (project === undefined) throw new HeartwoodError('project-forbidden', 'No access to this project')
    return project
  }

  scope.get('/auth/me', { config }, async (request) => {
    const { id, email, name } = personOf(request)
    const skills = await profiles.skills(id)
    return { id, email, full_name: name, role: 'ADMIN', ...ORGANISATION, is_active: true, approval_status: null, skills }
  })
  scope.put('/auth/me/skills', { config }, async (request) => {
    const skills = skillsIn(request.body)
    await profiles.setSkills(personOf(request).id, skills)
    return { skills }
  })

  scope.get('/api/v1/logs', { config }, (request, reply) => reading.logs(projectOf(request).id, request.query as Query, abortOnClose(reply)))
  scope.get('/api/v1/logs/:id', { config }, (request, reply) => {
    const ids = directory.projects().map(({ id }) => id)
    return reading.log(ids, (request.params as { id: string }).id, request.query as Query, abortOnClose(reply))
  })

  scope.get('/api/v1/stats/overview', { config }, async (request, reply) => {
    const { id } = projectOf(request)
    const signal = abortOnClose(reply)
    const { logs, errors, fatals, services } = await reading.summary(id, signal)
    const { total } = await issues.list(id, { q: '', state: 'open', sort: 'lastSeen', limit: 1, offset: 0 }, signal)
    return { total_logs: logs, total_errors: errors + fatals, open_issues: total, active_services: services }
  })
  scope.get('/api/v1/stats/severity', { config }, (request, reply) =>
    reading.severity(projectOf(request).id, request.query as Query, abortOnClose(reply)),
  )
  scope.get('/api/v1/stats/timeline', { config }, (request, reply) =>
    reading.timeline(projectOf(request).id, request.query as Query, abortOnClose(reply)),
  )

  registerTraceHubIssues(scope, { issues, projectOf, hasProject: (ref) => directory.findProject(ref) !== undefined, personOf })
  registerTraceHubProjects(scope, { ...deps, projectOf, projectById })
}
