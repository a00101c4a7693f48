import { type Access, api, type RouteName, type RouteSpec, SCOPES, type Scope } from '@heartwood/protocol'

/** What a walk needs to be there: two projects, and keys of the first one. */
export interface WalkFixtures {
  own: string
  other: string
  keys: Record<Scope, string>
  /** A page the browser key names. */
  origin: string
  revokedKey: string
  localToken: string
  /** For routes whose path names something other than a project: an id that belongs to the other project. */
  foreignIds: Partial<Record<RouteName, string>>
}

export interface WalkCase {
  title: string
  request: { method: RouteSpec['method']; url: string; headers: Record<string, string>; payload?: string }
  /** `admitted`: whatever the route then answers, it is no refusal of {@link ACCESS_CODES}. */
  expected: { status: number; code: string } | 'admitted'
}

export const ACCESS_CODES: ReadonlySet<string> = new Set([
  'key-missing',
  'key-invalid',
  'key-forbidden',
  'project-forbidden',
  'origin-forbidden',
  'sign-in-required',
  'csrf-refused',
])

const ROUTES = Object.entries(api) as [RouteName, RouteSpec][]

/** Said a second time on purpose: this is what the decision is held to. */
const SCOPES_FOR: Record<Access, readonly Scope[]> = {
  public: [],
  ingest: ['ingest', 'browser', 'admin'],
  browser: ['ingest', 'browser', 'admin'],
  read: ['read', 'admin'],
  admin: ['admin'],
  owner: [],
}

/** Every route of the contract × everyone who must not get in, and (harmless on stubs only) those who must. A new route is in it by itself. */
export function accessWalk(fixtures: WalkFixtures): { refused: WalkCase[]; admitted: WalkCase[] } {
  const cases = ROUTES.flatMap(([name, spec]) => casesOf(name, spec, fixtures))
  return {
    refused: cases.filter(({ expected }) => expected !== 'admitted'),
    admitted: cases.filter(({ expected }) => expected === 'admitted'),
  }
}

function casesOf(name: RouteName, spec: RouteSpec, fixtures: WalkFixtures): WalkCase[] {
  const { keys, origin, own, other } = fixtures
  const request = (headers: Record<string, string>, project = own, id?: string) => toRequest(spec, project, headers, id)
  const refused = (who: string, status: number, code: string, made: WalkCase['request']): WalkCase => ({
    title: `${spec.method} ${spec.path} (${name}) refuses ${who}`,
    request: made,
    expected: { status, code },
  })
  const admitted = (who: string, made: WalkCase['request']): WalkCase => ({
    title: `${spec.method} ${spec.path} (${name}) admits ${who}`,
    request: made,
    expected: 'admitted',
  })
  if (spec.access === 'public') return [admitted('everyone', request({}))]

  const scopes = SCOPES_FOR[spec.access]
  const withKey = (key: string): Record<string, string> => ({ 'x-api-key': key, origin })
  const namesProject = [spec.params, spec.query, spec.body].some((schema) => hasField(schema, 'project'))
  const foreignId = fixtures.foreignIds[name]
  return [
    spec.access === 'owner' ? refused('no key', 401, 'sign-in-required', request({})) : refused('no key', 401, 'key-missing', request({})),
    refused('a key that nobody was given', 401, 'key-invalid', request(withKey('hw_i_00000000000000000000000000000000'))),
    refused('a revoked key', 401, 'key-invalid', request(withKey(fixtures.revokedKey))),
    refused('the local token through a proxy', 401, 'key-invalid', request({ ...withKey(fixtures.localToken), 'x-forwarded-for': '203.0.113.9' })),
    ...SCOPES.map((scope) =>
      scopes.includes(scope)
        ? admitted(`a key to ${scope}`, request(withKey(keys[scope])))
        : refused(`a key to ${scope}`, 403, 'key-forbidden', request(withKey(keys[scope]))),
    ),
    ...(scopes.includes('browser')
      ? [
          refused(
            'a browser key from a foreign page',
            403,
            'origin-forbidden',
            request({ 'x-api-key': keys.browser, origin: 'https://evil.example' }),
          ),
        ]
      : []),
    ...(namesProject
      ? scopes.flatMap((scope) => [
          refused(`a key to ${scope} for another project`, 403, 'project-forbidden', request(withKey(keys[scope]), other)),
          refused(`a key to ${scope} for no project at all`, 403, 'project-forbidden', request(withKey(keys[scope]), 'no-such-project')),
        ])
      : []),
    ...(foreignId === undefined
      ? []
      : scopes.map((scope) =>
          refused(`a key to ${scope} for what another project owns`, 403, 'project-forbidden', request(withKey(keys[scope]), own, foreignId)),
        )),
  ]
}

function toRequest(spec: RouteSpec, project: string, headers: Record<string, string>, id = 'none'): WalkCase['request'] {
  const path = spec.path.replace(/:(\w+)/g, (_, name: string) => (name === 'project' ? encodeURIComponent(project) : name === 'format' ? 'json' : id))
  const url = hasField(spec.query, 'project') ? `${path}?project=${encodeURIComponent(project)}` : path
  if (spec.body === undefined && spec.raw !== 'body') return { method: spec.method, url, headers }
  const payload = JSON.stringify(hasField(spec.body, 'project') ? { project } : {})
  return { method: spec.method, url, headers: { ...headers, 'content-type': 'application/json' }, payload }
}

const hasField = (schema: RouteSpec['body'], name: string): boolean =>
  schema !== undefined && 'shape' in schema && typeof schema.shape === 'object' && schema.shape !== null && name in schema.shape
