import { createHash, randomUUID } from 'node:crypto'
import type { Format } from '@heartwood/protocol'
import {
  type DropReason,
  type EventJson,
  type IngestAnswer,
  LIMITS,
  type Redaction,
  toMicros,
  type UnixMicros,
  type UnixMs,
} from '@heartwood/protocol'
import { formatMicros } from '../pipeline/clock.ts'
import type { Queue } from '../queue/queue.ts'
import type { DecodeJob, DecodeOutcome, Decoder, EntryDefaults, Sampling } from './decoder.ts'
import { dropReasonOf } from './drop-reason-of.ts'
import type { Account, Ledger } from './ledger.ts'

/** One request at a door, its key checked and its body read. */
interface IngestRequest {
  door: string
  format: Format
  contentType: string
  /** Handed over: it is empty for the caller afterwards. */
  body: Uint8Array
  projectId: number
  /** `''` when no key brought it. */
  keyId: string
  settings: ProjectSettings
  /** Given by the client; undefined or `''`: one is made. */
  batchId?: string | undefined
  defaults?: EntryDefaults
  timezone?: string | undefined
  year?: number | undefined
  after?: UnixMicros | undefined
  importing?: boolean
  /** Entries at the start of the body that are stored already; default 0. */
  skip?: number
  /** What the sender was told to sample by, newest first. */
  sampling?: readonly Sampling[]
  address?: string
  userAgent?: string
  /** Who sends it keeps it and tries again itself: when nothing can be stored, nothing is counted, neither as received nor as lost. */
  triesAgain?: boolean
}

export interface ProjectSettings {
  retentionDays: number
  redaction: Redaction
}

export interface TailedEvents {
  id: number
  events: EventJson[]
  dropped: number
}

/** Live tails: which there are, and where what they matched goes. */
interface TailHub {
  active(projectId: number): { id: number; q: string }[]
  deliver(tailed: TailedEvents[]): void
}

export interface IngestDeps {
  decoder: Decoder
  queue: Pick<Queue, 'publish' | 'recall'>
  ledger: Ledger
  tails: TailHub
  now(): UnixMs
  /** Told what the pipeline's steps cost, once a request. */
  onSteps?(steps: DecodeOutcome['steps']): void
}

export interface Ingest {
  /**
   * Resolves when everything that was accepted is durable.
   * @throws HeartwoodError `queue-full`, `shutting-down`, `internal`; entries that cannot be taken are no error but `rejected`.
   */
  take(request: IngestRequest): Promise<IngestAnswer>
  /** Counts what was refused before it could be read: a body too large, a broken encoding. */
  refuse(account: Account, reason: DropReason, entries?: number): void
}

export function createIngest(deps: IngestDeps): Ingest {
  const { decoder, queue, ledger, tails } = deps
  /** Batches on their way, by project and id: a repeat that overtakes waits for the first. */
  const underway = new Map<string, Promise<unknown>>()

  const remembered = (projectId: number, batchId: string): IngestAnswer | undefined => {
    const known = queue.recall(projectId, batchId)
    return known && { accepted: known.rows, rejected: [], rejectedCount: known.rejectedRows, batchId, duplicate: true }
  }

  /** Lets one batch of a name through, and answers its repeats as the first. */
  const once = async (request: IngestRequest, sent: string, store: (batchId: string) => Promise<IngestAnswer>): Promise<IngestAnswer> => {
    const batchId = sent.length <= LIMITS.batchId ? sent : createHash('sha256').update(sent).digest('hex')
    const key = `${request.projectId}\0${batchId}`
    for (let first = underway.get(key); first !== undefined; first = underway.get(key)) await first
    const known = remembered(request.projectId, batchId)
    // Of a batch that is named in its body, the body is gone by now.
    if (known) return request.importing && request.batchId ? withLastTimestamp(request, known) : known
    const mine = store(batchId)
    const settled = mine.then(
      () => underway.delete(key),
      () => underway.delete(key),
    )
    underway.set(key, settled)
    return mine
  }

  /** @param batchId of the request; a body can name one too. */
  const store = async (request: IngestRequest, batchId?: string): Promise<IngestAnswer> => {
    const receivedAt = deps.now()
    const outcome = await decode(request, receivedAt)
    deps.onSteps?.(outcome.steps)
    if (batchId === undefined && outcome.batchId !== '') {
      return once(request, outcome.batchId, (named) => keep(request, outcome, receivedAt, named))
    }
    return keep(request, outcome, receivedAt, batchId)
  }

  const keep = async (request: IngestRequest, outcome: DecodeOutcome, receivedAt: UnixMs, batchId: string | undefined): Promise<IngestAnswer> => {
    const account = accountOf(request)
    const rejected = Object.entries(outcome.rejectedByReason) as [DropReason, number][]
    const rejectedCount = rejected.reduce((sum, [, count]) => sum + count, 0)
    const countRejected = (): void => {
      for (const [reason, count] of rejected) ledger.refused(account, reason, count)
    }
    if (outcome.payload === undefined) countRejected()
    else {
      const rows = outcome.rows
      // Counted before it is durable: it may be stored before this function goes on.
      ledger.queued(account, rows)
      try {
        await queue.publish({ ...account, batchId: batchId ?? '', receivedAt, rows, rejectedRows: rejectedCount, payload: outcome.payload })
      } catch (error) {
        if (request.triesAgain) ledger.takenBack(account, rows)
        else {
          ledger.withdrawn(account, dropReasonOf(error), rows)
          countRejected()
        }
        throw error
      }
      countRejected()
      if (outcome.tailed.length > 0) tails.deliver(outcome.tailed)
    }
    const answer: IngestAnswer = {
      accepted: outcome.rows,
      rejected: outcome.rejections,
      rejectedCount,
      // The list says it where it is whole.
      ...(rejectedCount > outcome.rejections.length ? { rejectedByReason: outcome.rejectedByReason } : {}),
      batchId: batchId ?? randomUUID(),
    }
    return outcome.lastTimestamp === undefined ? answer : { ...answer, lastTimestamp: formatMicros(outcome.lastTimestamp) }
  }

  /** The next piece of a file needs to know where this one ended, also when its first answer was lost. */
  const withLastTimestamp = async (request: IngestRequest, answer: IngestAnswer): Promise<IngestAnswer> => {
    const outcome = await decodeOnly(request, deps.now(), []).catch(() => undefined)
    return outcome?.lastTimestamp === undefined ? answer : { ...answer, lastTimestamp: formatMicros(outcome.lastTimestamp) }
  }

  const decode = async (request: IngestRequest, receivedAt: UnixMs): Promise<DecodeOutcome> => {
    try {
      return await decodeOnly(request, receivedAt, tails.active(request.projectId))
    } catch (error) {
      if (!request.triesAgain) ledger.refused(accountOf(request), dropReasonOf(error), 1)
      throw error
    }
  }

  const decodeOnly = (request: IngestRequest, receivedAt: UnixMs, tailing: DecodeJob['tails']): Promise<DecodeOutcome> =>
    decoder.decode({
      door: request.door,
      format: request.format,
      contentType: request.contentType,
      body: request.body,
      projectId: request.projectId,
      retentionDays: request.settings.retentionDays,
      redaction: request.settings.redaction,
      defaults: request.defaults ?? {},
      timezone: request.timezone ?? 'UTC',
      year: request.year,
      after: request.after,
      importing: request.importing ?? false,
      skip: request.skip,
      sampling: request.sampling,
      receivedAt: toMicros(receivedAt),
      address: request.address ?? '',
      userAgent: request.userAgent ?? '',
      tails: tailing,
    })

  return {
    async take(request) {
      const sent = request.batchId ?? ''
      return sent === '' ? store(request) : once(request, sent, (batchId) => store(request, batchId))
    },
    refuse(account, reason, entries = 1) {
      ledger.refused(account, reason, entries)
    },
  }
}

const accountOf = ({ projectId, door, keyId }: IngestRequest): Account => ({ projectId, door, keyId })
