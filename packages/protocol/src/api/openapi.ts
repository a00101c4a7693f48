import { z } from 'zod'
import { PROTOCOL_VERSION } from '../version.ts'
import { api } from './contract.ts'
import type { RouteSpec } from './route.ts'
import { errorBodySchema, ingestAnswerSchema } from './schemas.ts'

type JsonObject = Record<string, unknown>

/** The OpenAPI 3.1 document of the contract, as served at `/api/openapi.json`. */
export function toOpenApi(version: string): JsonObject {
  const schemas = new Components()
  const paths: Record<string, JsonObject> = {}
  const error = schemas.refer('Error', errorBodySchema)
  for (const [name, spec] of Object.entries(api) as [string, RouteSpec][]) {
    const path = spec.path.replace(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [spec.method.toLowerCase()]: toOperation(name, spec, schemas, error) }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Heartwood', version, license: { name: 'MIT', identifier: 'MIT' }, 'x-protocol-version': PROTOCOL_VERSION },
    servers: [{ url: '/' }],
    paths: { ...paths, ...PROBES },
    components: {
      schemas: schemas.all(),
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' }, apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' } },
    },
  }
}

const probe = (operationId: string, summary: string, type: string, unready = {}): JsonObject => ({
  get: { operationId, summary, security: [], responses: { 200: { description: 'Done', content: { [type]: {} } }, ...unready } },
})

/** What machines ask, beside the contract. */
const PROBES: Record<string, JsonObject> = {
  '/healthz': probe('healthz', 'Whether the process is alive', 'application/json'),
  '/readyz': probe('readyz', 'Whether it can really take events and answer', 'application/json', {
    503: { description: 'Not ready; `parts` says why', content: { 'application/json': {} } },
  }),
  '/metrics': probe('metrics', 'Metrics for Prometheus', 'text/plain'),
  '/api/openapi.json': probe('openapi', 'This document', 'application/json'),
}

function toOperation(operationId: string, spec: RouteSpec, schemas: Components, error: JsonObject): JsonObject {
  const success = spec.raw === 'event-stream' ? 'text/event-stream' : 'application/json'
  const door = spec.raw === 'body'
  return {
    operationId,
    summary: spec.summary,
    ...(spec.access === 'public' ? { security: [] } : { security: [{ bearer: [] }, { apiKey: [] }], 'x-access': spec.access }),
    parameters: [...toParameters(spec.params, 'path', schemas), ...toParameters(spec.query, 'query', schemas), ...(door ? [BATCH_HEADER] : [])],
    ...(spec.body ? { requestBody: { required: true, content: { 'application/json': { schema: schemas.of(spec.body, 'input') } } } } : {}),
    ...(door ? { requestBody: { required: true, content: { '*/*': {} } } } : {}),
    responses: {
      [String(spec.status ?? 200)]: { description: 'Done', content: { [success]: { schema: schemas.of(spec.response, 'output') } } },
      ...(door ? { 400: { description: 'Nothing could be taken, or the request is wrong', content: refused(schemas, error) } } : {}),
      default: {
        description: ['An error of the catalogue', ...(spec.errors ?? [])].join(' · '),
        content: { 'application/json': { schema: error } },
      },
    },
  }
}

const BATCH_HEADER = {
  name: 'X-Heartwood-Batch',
  in: 'header',
  required: false,
  description: 'An id of the sender for this batch: a repeat is answered alike and stored once',
  schema: { type: 'string' },
}

const refused = (schemas: Components, error: JsonObject): JsonObject => ({
  'application/json': { schema: { anyOf: [{ allOf: [schemas.of(ingestAnswerSchema, 'output'), error] }, error] } },
})

function toParameters(schema: z.ZodObject | undefined, place: 'path' | 'query', schemas: Components): unknown[] {
  if (!schema) return []
  return Object.entries(schema.shape).map(([name, field]) => ({
    name,
    in: place,
    required: place === 'path' || !z.safeParse(field as z.ZodType, undefined).success,
    schema: schemas.of(field as z.ZodType, 'input'),
  }))
}

/** Collects the named parts of all schemas in one place: in the whole document a reference into `$defs` of one schema leads nowhere. */
class Components {
  private readonly found = new Map<string, JsonObject>()

  of(schema: z.ZodType, io: 'input' | 'output'): JsonObject {
    const { $schema: _, $defs = {}, ...rest } = z.toJSONSchema(schema, { io, reused: 'inline', unrepresentable: 'any' }) as JsonObject
    const parts = Object.entries($defs as Record<string, JsonObject>)
    const plain = new Map(parts.map(([name]) => [name, name.startsWith('__') ? 'Json' : name]))
    const names = new Map(parts.map(([name, part]) => [name, this.nameFor(plain.get(name) ?? name, withReferences(part, plain), io)]))
    for (const [name, part] of parts) this.found.set(names.get(name) ?? name, withReferences(part, names) as JsonObject)
    return withReferences(rest, names) as JsonObject
  }

  refer(name: string, schema: z.ZodType): JsonObject {
    const made = this.of(schema, 'output')
    if ('$ref' in made) return made
    this.found.set(name, made)
    return { $ref: `#/components/schemas/${name}` }
  }

  all(): JsonObject {
    return Object.fromEntries([...this.found].sort(([a], [b]) => (a < b ? -1 : 1)))
  }

  /** The same name may stand for two shapes, before and after defaults are filled in. */
  private nameFor(name: string, part: unknown, io: 'input' | 'output'): string {
    const known = this.found.get(name)
    return known === undefined || JSON.stringify(known) === JSON.stringify(part) ? name : `${name}${io === 'input' ? 'Input' : 'Output'}`
  }
}

function withReferences(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((item) => withReferences(item, names))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== 'id' || typeof (value as JsonObject).id !== 'string')
      .map(([key, part]) => {
        const name = key === '$ref' && typeof part === 'string' ? part.replace('#/$defs/', '') : undefined
        return [key, name === undefined ? withReferences(part, names) : `#/components/schemas/${names.get(name) ?? name}`]
      }),
  )
}
