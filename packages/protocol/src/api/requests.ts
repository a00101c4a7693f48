import { z } from 'zod'
import { eventJsonSchema } from '../event-json.ts'
import { LIMITS } from '../limits.ts'
import { defineRoute } from './route.ts'
import { partialSchema, searchFilterShape } from './schemas.ts'

const filterShape = {
  ...searchFilterShape,
  service: z.string().max(LIMITS.name).optional(),
  method: z.string().max(LIMITS.name).optional(),
  route: z.string().max(LIMITS.path).optional(),
}
const durations = {
  p50Ms: z.number().nullable().describe('null when no request of it says how long it took'),
  p95Ms: z.number().nullable(),
  p99Ms: z.number().nullable(),
}
const statusCounts = {
  ok: z.int().describe('Below 400, or without a status and no error'),
  clientErrors: z.int().describe('400 to 499'),
  serverErrors: z.int().describe('500 and above, or without a status and level error or fatal'),
}
const errors = ['query-invalid', 'time-invalid', 'engine-unavailable'] as const

/** Requests that a program served: events of kind `request`, whichever door they came through. */
export const requestRoutes = {
  requestRoutes: defineRoute({
    method: 'GET',
    path: '/api/requests/routes',
    summary: 'Requests by service, method and route: how many, how many failed, how long they took',
    access: 'read',
    query: z.object({
      ...filterShape,
      apdexMs: z.coerce.number().int().min(1).max(600_000).default(500).describe('Time that satisfies; up to four times as long is tolerated'),
      limit: z.coerce.number().int().min(1).max(1_000).default(200),
    }),
    response: z.object({
      routes: z.array(
        z.object({
          service: z.string(),
          method: z.string(),
          route: z.string(),
          count: z.int(),
          perMinute: z.number(),
          ...statusCounts,
          errorShare: z.number().describe('serverErrors / count, 0 to 1'),
          ...durations,
          apdex: z.number().nullable().describe('(satisfied + tolerated / 2) / timed requests; one with a server error satisfies nobody'),
          lastAt: z.string(),
        }),
      ),
      partial: partialSchema,
    }),
    errors,
  }),
  requestChart: defineRoute({
    method: 'GET',
    path: '/api/requests/chart',
    summary: 'Requests over time: by status, and how long they took',
    access: 'read',
    query: z.object({ ...filterShape, buckets: z.coerce.number().int().min(1).max(500).default(60) }),
    response: z.object({
      intervalMs: z.number(),
      total: z.object({ count: z.int(), ...statusCounts, ...durations }),
      buckets: z.array(z.object({ from: z.string(), count: z.int(), ...statusCounts, ...durations })),
      statuses: z.array(z.object({ status: z.int(), count: z.int() })).describe('0: without a status'),
      partial: partialSchema,
    }),
    errors,
  }),
  slowestRequests: defineRoute({
    method: 'GET',
    path: '/api/requests/slowest',
    summary: 'The requests that took longest',
    access: 'read',
    query: z.object({ ...filterShape, limit: z.coerce.number().int().min(1).max(200).default(20) }),
    response: z.object({ events: z.array(eventJsonSchema), partial: partialSchema }),
    errors,
  }),
}
