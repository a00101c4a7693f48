import type { UnixMicros } from '@heartwood/protocol'
import type { ClientFacts } from './client/client-facts.ts'
import { Draft } from './draft.ts'
import { NameTree } from './names.ts'
import { compileRedaction, type Redactor } from './redaction.ts'
import { withoutNul } from './without-nul.ts'

/** Fills what an entry lacks; never overwrites. */
interface PipelineDefaults {
  service?: string
  environment?: string
  release?: string
  dataset?: string
  level?: string
  host?: string
}

/** Reads a stamp in any form that programs write, as text or number; undefined when it cannot. Negative before 1970. */
export type ParseStamp = (value: unknown) => UnixMicros | undefined

/** What the steps know beside the event; the same for all events of a job. */
export interface PipelineContext {
  receivedAt: UnixMicros
  /** Days that the project keeps events. */
  retentionDays: number
  /** Retention counts from receipt. */
  importing: boolean
  defaults: PipelineDefaults
  parseStamp: ParseStamp
  redactor: Redactor
  client: ClientFacts
  /** Address and user agent of the connection; used for what browsers report, hashed and never stored. */
  address: string
  userAgent: string
  /** Where `normalise` puts an event together; one after the other. */
  draft: Draft
}

export interface PipelineContextOptions {
  receivedAt: UnixMicros
  retentionDays: number
  importing?: boolean
  defaults?: PipelineDefaults
  /** Default: the names that are secret in every project. */
  redactor?: Redactor
  address?: string
  userAgent?: string
  /** True when no text of this job can hold a lone surrogate, which saves looking at each. */
  wellFormed?: boolean
  /** True when no text of this job can hold U+0000. */
  nulFree?: boolean
  parseStamp: ParseStamp
  client: ClientFacts
  /** Kept from job to job: it saves building the same names again. */
  names?: NameTree
}

export function createPipelineContext(options: PipelineContextOptions): PipelineContext {
  const draft = new Draft(options.names ?? new NameTree())
  draft.wellFormed = options.wellFormed ?? false
  draft.nulFree = options.nulFree ?? false
  return {
    receivedAt: options.receivedAt,
    retentionDays: options.retentionDays,
    importing: options.importing ?? false,
    defaults: withoutNul(options.defaults ?? {}),
    parseStamp: options.parseStamp,
    redactor: options.redactor ?? compileRedaction({ keys: [], patterns: [] }),
    client: options.client,
    address: options.address ?? '',
    userAgent: options.userAgent ?? '',
    draft,
  }
}
