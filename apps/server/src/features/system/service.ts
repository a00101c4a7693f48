import type { Api, RouteOutput } from '@heartwood/protocol'
import { HeartwoodError } from '../../errors.ts'
import type { Caller } from '../../http/caller.ts'
import type { Ledger } from '../../ingest/ledger.ts'
import type { Queue } from '../../queue/queue.ts'
import { diskSpace } from '../../self/data-folder.ts'
import { createReadiness, type Health, type ReadinessCheck } from '../../self/readiness.ts'
import { readBlock } from '../../store/events/block/read-block.ts'
import type { EventStore } from '../../store/events/event-store.ts'

export interface SystemDeps {
  checks: readonly ReadinessCheck[]
  queue: Queue
  store: EventStore
  ledger: Ledger
  stepTimes(): { name: string; events: number; microsPerEvent: number }[]
  resolveProject(caller: Caller, ref: string): { id: number }
  dataFolder: string
  version: string
  startedAt: number
}

type Output<Name extends keyof Api> = RouteOutput<Api[Name]>

export interface SystemService {
  readiness(): Promise<Health>
  health(): Promise<Output<'health'>>
  ledger(project: string | undefined, caller: Caller): Output<'ledger'>
  listDeadLetters(): Promise<Output<'listDeadLetters'>['deadLetters']>
  inspectDeadLetter(id: string): Promise<Output<'inspectDeadLetter'>>
  replayDeadLetter(id: string): Promise<number>
}

/** Events of a dead letter that are shown; the whole batch is replayed all the same. */
const SHOWN_EVENTS = 50

export function createSystemService(deps: SystemDeps): SystemService {
  const readiness = createReadiness(deps.checks)
  return {
    readiness,
    async health() {
      const [{ ready, parts }, store, disk] = await Promise.all([
        readiness(),
        deps.store.usage().catch(() => ({ rows: 0, bytes: 0, parts: 0 })),
        diskSpace(deps.dataFolder),
      ])
      return {
        ready,
        version: deps.version,
        uptimeSeconds: Math.round((Date.now() - deps.startedAt) / 1000),
        parts,
        queue: deps.queue.depth(),
        store,
        memory: { rssBytes: process.memoryUsage.rss() },
        disk,
        steps: deps.stepTimes(),
      }
    },
    ledger(project, caller) {
      const only = project !== undefined ? deps.resolveProject(caller, project).id : caller.kind === 'key' ? caller.projectId : undefined
      const rows = deps.ledger.snapshot().filter((row) => only === undefined || row.projectId === only)
      return {
        since: new Date(deps.startedAt).toISOString(),
        rows: rows.map((row) => ({ ...row, projectId: String(row.projectId) })),
        damaged: deps.queue.damaged(),
      }
    },
    async listDeadLetters() {
      const letters = await deps.queue.deadLetters.list()
      return letters.map(({ id, sizeBytes, at, reason, batch }) => ({
        id,
        at: new Date(at).toISOString(),
        projectId: String(batch.projectId),
        door: batch.door,
        rows: batch.rows,
        bytes: sizeBytes,
        reason,
      }))
    },
    async inspectDeadLetter(id) {
      const letter = await deps.queue.deadLetters.get(id)
      if (!letter) throw new HeartwoodError('dead-letter-not-found', `There is no dead letter ${id}.`)
      return { events: readBlock(letter.batch.payload, SHOWN_EVENTS), reason: letter.reason }
    },
    replayDeadLetter(id) {
      return deps.queue.deadLetters.replay(id, (batch) => deps.ledger.replayed(batch, batch.rows))
    },
  }
}
