import { z } from 'zod'
import { defineRoute } from './route.ts'
import { ingestAnswerSchema, projectRef } from './schemas.ts'

/** Formats of `POST /ingest/<format>`; `auto` looks at the content. */
export const FORMATS = ['auto', 'json', 'jsonl', 'logfmt', 'syslog', 'csv', 'text', 'obl'] as const
export type Format = (typeof FORMATS)[number]

const rawDefaults = {
  project: projectRef.optional().describe('Id or slug; needed by people and the local administrator, a key brings its own'),
  service: z.string().optional(),
  environment: z.string().optional(),
  release: z.string().optional(),
  dataset: z.string().optional(),
  level: z.string().optional(),
  host: z.string().optional(),
  timezone: z.string().optional().describe('IANA name or offset for stamps without a zone; UTC unless given'),
  year: z.string().optional().describe('Year for stamps without one; else the nearest past'),
  after: z.string().optional().describe('RFC 3339: what a line without any stamp inherits until the first one that has it'),
  import: z.string().optional().describe('`1`: retention counts from receipt, so that files years old are taken'),
}

export const ingestRoutes = {
  ingest: defineRoute({
    method: 'POST',
    path: '/ingest',
    summary: 'Take native events: a JSON object, an array, or one object a line',
    access: 'ingest',
    raw: 'body',
    query: z.object(rawDefaults),
    status: 202,
    response: ingestAnswerSchema,
    errors: ['body-too-large', 'nothing-accepted', 'queue-full', 'encoding-unsupported', 'encoding-broken'],
  }),
  ingestFormat: defineRoute({
    method: 'POST',
    path: '/ingest/:format',
    summary: 'Take log text in a known format, or look at it and find out',
    access: 'ingest',
    raw: 'body',
    params: z.object({ format: z.enum(FORMATS) }),
    query: z.object(rawDefaults),
    status: 202,
    response: ingestAnswerSchema,
    errors: ['body-too-large', 'nothing-accepted', 'queue-full', 'encoding-unsupported', 'encoding-broken'],
  }),
}
