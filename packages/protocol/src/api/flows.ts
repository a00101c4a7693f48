import { z } from 'zod'
import { LEVELS } from '../event.ts'
import { eventJsonSchema } from '../event-json.ts'
import { LIMITS } from '../limits.ts'
import { defineRoute } from './route.ts'
import { ownProjectRef, partialSchema, timeSchema } from './schemas.ts'

/**
 * What became of a run of a flow. `failed`: its last event has level error or fatal. `running`: its last event is younger than ten
 * minutes. Of those that have been quiet longer, `finished` reached the step with which most runs of that flow end, and `stalled` stopped before it.
 */
export const FLOW_STATES = ['finished', 'failed', 'running', 'stalled'] as const
const flowStateSchema = z.enum(FLOW_STATES).meta({ id: 'FlowState' })
export type FlowState = z.infer<typeof flowStateSchema>

const flowRunSchema = z
  .object({
    flowId: z.string(),
    name: z.string().describe('What stands before the last dash of the id (a UUID counts as one part): `checkout` of `checkout-7f3a91c2`'),
    state: flowStateSchema,
    startedAt: z.string(),
    endedAt: z.string().describe('Time of its last event'),
    durationMs: z.number(),
    events: z.int(),
    lastStep: z.int().optional().describe('Highest step, 0-based; absent when its events carry none'),
    lastMessage: z.string(),
    level: z.enum(LEVELS).describe('Highest of its events'),
    services: z.array(z.string()).describe('At most 10'),
  })
  .meta({ id: 'FlowRun' })
export type FlowRun = z.infer<typeof flowRunSchema>

const stateCounts = { finished: z.int(), failed: z.int(), running: z.int(), stalled: z.int() }
const rangeShape = { project: ownProjectRef, from: timeSchema.default('-1d'), to: timeSchema.default('now') }
const nameSchema = z.string().min(1).max(LIMITS.id)
const errors = ['time-invalid', 'engine-unavailable'] as const

export const flowRoutes = {
  flows: defineRoute({
    method: 'GET',
    path: '/api/flows',
    summary: 'Flows by name: runs that began in the range, how they ended, how long they took',
    access: 'read',
    query: z.object(rangeShape),
    response: z.object({
      flows: z.array(
        z.object({
          name: z.string(),
          runs: z.int(),
          ...stateCounts,
          successRate: z.number().nullable().describe('finished / (finished + failed + stalled), 0 to 1; null while none has ended'),
          p50Ms: z.number().nullable().describe('Of finished runs'),
          p95Ms: z.number().nullable(),
          lastAt: z.string(),
        }),
      ),
      sampled: z.boolean().describe('More runs began in the range than are looked at: these are of the newest'),
      partial: partialSchema,
    }),
    errors,
  }),
  flowRuns: defineRoute({
    method: 'GET',
    path: '/api/flows/runs',
    summary: 'Runs of flows, newest first',
    access: 'read',
    query: z.object({
      ...rangeShape,
      name: nameSchema.optional(),
      state: flowStateSchema.optional(),
      limit: z.coerce.number().int().min(1).max(LIMITS.flowRuns).default(50),
      offset: z.coerce.number().int().min(0).max(100_000).default(0),
    }),
    response: z.object({ runs: z.array(flowRunSchema), hasMore: z.boolean(), partial: partialSchema }),
    errors,
  }),
  flowSteps: defineRoute({
    method: 'GET',
    path: '/api/flows/steps',
    summary: 'The steps of one flow over its runs: where runs stop, how long each step takes',
    access: 'read',
    query: z.object({ ...rangeShape, name: nameSchema }),
    response: z.object({
      runs: z.int(),
      steps: z.array(
        z.object({
          step: z.int(),
          message: z.string().describe('Its most frequent message'),
          reached: z.int().describe('Runs that have an event of this step'),
          stopped: z.object(stateCounts).describe('Runs whose last step it is, by what became of them'),
          p50Ms: z.number().nullable().describe('From the first event of this step to that of the next step of the same run'),
          p95Ms: z.number().nullable(),
        }),
      ),
      sampled: z.boolean(),
      partial: partialSchema,
    }),
    errors,
  }),
  flowRun: defineRoute({
    method: 'GET',
    path: '/api/flows/runs/:id',
    summary: 'One run: its events in order of time, with gaps and missing steps',
    access: 'read',
    params: z.object({ id: nameSchema }),
    query: z.object({ project: ownProjectRef }),
    response: z.object({
      run: flowRunSchema,
      events: z.array(
        z.object({
          event: eventJsonSchema,
          offsetMs: z.number().describe('Since the first event of the run'),
          deltaMs: z.number().describe('Since the event before it'),
          gap: z.boolean().describe('Took far longer than the run’s other steps'),
        }),
      ),
      missingSteps: z.array(z.int()).describe('Steps below the last one without an event; at most 100'),
      truncated: z.boolean().describe('The run has more events than are given (1,000)'),
      partial: partialSchema,
    }),
    errors: ['flow-not-found', 'engine-unavailable'],
  }),
}
