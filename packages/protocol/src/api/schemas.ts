import { z } from 'zod'
import { DROP_REASONS, type DropReason } from '../drop-reason.ts'
import { LEVELS } from '../event.ts'
import { LIMITS, MAX_RETENTION_DAYS } from '../limits.ts'
import { SCOPES } from './route.ts'

/** RFC 3339, epoch milliseconds, or relative to now. */
export const timeSchema = z.string().max(64).describe('RFC 3339, epoch milliseconds, or relative: now, -15m, -7d; units ms s m h d w mo y')
export const projectRef = z.string().min(1).max(LIMITS.name).describe('Id or slug of the project')
/** Of what is asked or changed: a key needs to name none. */
export const ownProjectRef = projectRef.optional().describe('Id or slug of the project; a key brings its own, everyone else names one')

/** A query that ended early says why; what it found until then is in the answer. */
export const partialSchema = z
  .object({ reason: z.enum(['time', 'memory', 'rows', 'cancelled']), message: z.string() })
  .nullable()
  .meta({ id: 'Partial' })
export type Partial = z.infer<typeof partialSchema>

export const queryStatsSchema = z.object({ elapsedMs: z.number(), rowsRead: z.number(), bytesRead: z.number() })

export const dropReasonSchema = z.enum(Object.keys(DROP_REASONS) as [DropReason, ...DropReason[]])
const rejectionSchema = z
  .object({
    index: z.int().min(0).describe('0-based place of the entry in the request'),
    line: z.int().optional().describe('1-based physical line, for formats made of lines'),
    code: dropReasonSchema,
    message: z.string(),
  })
  .meta({ id: 'Rejection' })
export type Rejection = z.infer<typeof rejectionSchema>

export const ingestAnswerSchema = z
  .object({
    accepted: z.int(),
    rejected: z.array(rejectionSchema).describe(`The first ${LIMITS.listedRejections}; \`rejectedCount\` counts all`),
    rejectedCount: z.int(),
    rejectedByReason: z
      .partialRecord(dropReasonSchema, z.int())
      .optional()
      .describe('All refusals, counted by their code; where `rejected` does not list them all'),
    batchId: z.string(),
    duplicate: z.boolean().optional().describe('True when this batch id was taken before and nothing was stored again'),
    lastTimestamp: z.string().optional().describe('Stamp of the last entry, for a client that sends a file in pieces (`after`)'),
  })
  .meta({ id: 'IngestAnswer' })
export type IngestAnswer = z.infer<typeof ingestAnswerSchema>

/** Fields of {@link searchFilterShape} that search, histogram, facets and tail share. */
export const searchFilterShape = {
  project: ownProjectRef,
  q: z.string().max(10_000).default('').describe('The search language; empty matches everything'),
  from: timeSchema.default('-1h'),
  to: timeSchema.default('now'),
}

export const levelCountsSchema = z.partialRecord(z.enum(LEVELS), z.int())
export type LevelCounts = z.infer<typeof levelCountsSchema>

export const redactionSchema = z
  .object({
    keys: z
      .array(z.string().min(1).max(LIMITS.attributeKey))
      .max(200)
      .describe('Attribute names whose values are replaced; case, `-` and `_` do not matter; any part of a dotted name counts'),
    patterns: z.array(z.string().min(1).max(1_000)).max(50).describe('Regular expressions; what they match in messages and values is replaced'),
  })
  .meta({ id: 'Redaction' })
export type Redaction = z.infer<typeof redactionSchema>

export const sampleRatesSchema = z
  .partialRecord(z.enum(LEVELS), z.number().min(0).max(1))
  .describe('Share of the logs of a level that clients let through, 0…1; levels that are not named send all')
  .meta({ id: 'SampleRates' })
export type SampleRates = z.infer<typeof sampleRatesSchema>

export const projectSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    slug: z.string(),
    retentionDays: z.int(),
    redaction: redactionSchema,
    sampleRates: sampleRatesSchema,
    createdAt: z.string(),
  })
  .meta({ id: 'Project' })
export type ProjectJson = z.infer<typeof projectSchema>
export const projectNameSchema = z.string().trim().min(1).max(100)
const RETENTION = `expected whole days from 1 to ${MAX_RETENTION_DAYS}`
/** The engine keeps the end of an event's time in 32 bits of seconds: one that lies after 2106 would have passed already. */
export const retentionSchema = z.int(RETENTION).min(1, RETENTION).max(MAX_RETENTION_DAYS, RETENTION)

export const KEY_CLIENTS = ['heartwood', 'micrologs', 'lognitor', 'timberlogs', 'tracehub'] as const
export const keySchema = z
  .object({
    id: z.string(),
    projectId: z.string(),
    name: z.string(),
    scope: z.enum(SCOPES),
    client: z.enum(KEY_CLIENTS),
    origins: z.array(z.string()).describe('Browser keys: pages that may use it; `*` for all'),
    hint: z.string().describe('First characters, to tell keys apart'),
    createdAt: z.string(),
    lastUsedAt: z.string().optional(),
    revokedAt: z.string().optional(),
  })
  .meta({ id: 'Key' })
export type KeyJson = z.infer<typeof keySchema>

export const personSchema = z.object({ id: z.string(), email: z.string(), name: z.string() }).meta({ id: 'Person' })

export const errorBodySchema = z
  .object({ error: z.object({ code: z.string(), message: z.string(), details: z.unknown().optional(), docs: z.string() }) })
  .meta({ id: 'Error' })
export type ErrorBody = z.infer<typeof errorBodySchema>
