import { z } from 'zod'
import { PROTOCOL_VERSION } from '../version.ts'
import { api } from './contract.ts'
import type { RouteSpec } from './route.ts'
import { errorBodySchema } from './schemas.ts'

/** The OpenAPI 3.1 document of the contract, as served at `/api/openapi.json`. */
export function toOpenApi(version: string): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const [name, spec] of Object.entries(api) as [string, RouteSpec][]) {
    const path = spec.path.replace(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [spec.method.toLowerCase()]: toOperation(name, spec) }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Heartwood', version, 'x-protocol-version': PROTOCOL_VERSION },
    paths,
    components: {
      schemas: { Error: toSchema(errorBodySchema, 'output') },
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' }, apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' } },
    },
  }
}

function toOperation(operationId: string, spec: RouteSpec): Record<string, unknown> {
  const success = spec.raw === 'event-stream' ? 'text/event-stream' : 'application/json'
  return {
    operationId,
    summary: spec.summary,
    ...(spec.access === 'public' ? { security: [] } : { security: [{ bearer: [] }, { apiKey: [] }], 'x-access': spec.access }),
    parameters: [...toParameters(spec.params, 'path'), ...toParameters(spec.query, 'query')],
    ...(spec.body ? { requestBody: { required: true, content: { 'application/json': { schema: toSchema(spec.body, 'input') } } } } : {}),
    ...(spec.raw === 'body' ? { requestBody: { required: true, content: { '*/*': { schema: {} } } } } : {}),
    responses: {
      [String(spec.status ?? 200)]: { description: 'Done', content: { [success]: { schema: toSchema(spec.response, 'output') } } },
      default: {
        description: ['An error of the catalogue', ...(spec.errors ?? [])].join(' · '),
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    },
  }
}

function toParameters(schema: z.ZodObject | undefined, place: 'path' | 'query'): unknown[] {
  if (!schema) return []
  return Object.entries(schema.shape).map(([name, field]) => ({
    name,
    in: place,
    required: place === 'path' || !z.safeParse(field as z.ZodType, undefined).success,
    schema: toSchema(field as z.ZodType, 'input'),
  }))
}

const toSchema = (schema: z.ZodType, io: 'input' | 'output'): unknown => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, reused: 'inline', unrepresentable: 'any' })
  return rest
}
