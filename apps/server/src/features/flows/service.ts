import { type api, type Level, type RouteOutput, type UnixMs, unixMicros } from '@heartwood/protocol'
import { HeartwoodError } from '../../errors.ts'
import { DEFAULT_BUDGET, type Spending, startSpending } from '../../query/spending.ts'
import { parseTimeRange, type TimeRange } from '../../query/time-range.ts'
import type { EventStore } from '../../store/events/event-store.ts'
import { type EventRow, rowMicros, toEventJson } from '../../store/events/rows/event-row.ts'
import { flowName, judgeRuns, missingSteps, paceOf, type Run, type RunFacts, summarise, summariseSteps, toRunJson } from './model.ts'
import { runEventsQuery, runQuery, runsQuery, stepsQuery } from './queries.ts'

type Answer<Name extends 'flows' | 'flowRuns' | 'flowSteps' | 'flowRun'> = RouteOutput<(typeof api)[Name]>

interface Range {
  from: string
  to: string
}

/** Questions about the flows of one project. */
export interface Flows {
  /** @throws HeartwoodError `time-invalid`, `engine-unavailable` */
  list(projectId: number, range: Range, signal?: AbortSignal): Promise<Answer<'flows'>>
  runs(
    projectId: number,
    request: Range & { name?: string | undefined; state?: Run['state'] | undefined; limit: number; offset: number },
    signal?: AbortSignal,
  ): Promise<Answer<'flowRuns'>>
  steps(projectId: number, request: Range & { name: string }, signal?: AbortSignal): Promise<Answer<'flowSteps'>>
  /** @throws HeartwoodError `flow-not-found` */
  run(projectId: number, flowId: string, signal?: AbortSignal): Promise<Answer<'flowRun'>>
}

/** Runs that one question looks at, the newest. */
const MOST_RUNS = 10_000
const MOST_RUNS_FOR_STEPS = 1_000
const MOST_EVENTS = 1_000
const HOUR_MICROS = 3_600_000_000
const DAY_MICROS = 24 * HOUR_MICROS

interface RunRow {
  flow_id: string
  started: number
  ended: number
  events: number
  last_step: number
  last_message: string
  end_level: Level
  top_level: Level
  services: string[]
}

const toFacts = (row: RunRow): RunFacts => ({
  flowId: row.flow_id,
  startedMs: row.started,
  endedMs: row.ended,
  events: row.events,
  lastStep: row.last_step,
  lastMessage: row.last_message,
  endLevel: row.end_level,
  level: row.top_level,
  services: row.services.sort(),
})

export function createFlows({ store, now }: { store: EventStore; now(): UnixMs }): Flows {
  /** Runs that began in the range, newest first. A run is read an hour beyond both ends, so that its first and last events are its own. */
  const loadRuns = async (spending: Spending, projectId: number, range: TimeRange, name?: string): Promise<{ runs: Run[]; sampled: boolean }> => {
    const read = { from: unixMicros(range.from - HOUR_MICROS), to: unixMicros(range.to + HOUR_MICROS) }
    const { rows } = await spending.query<RunRow>(runsQuery(projectId, read, range, name, MOST_RUNS + 1))
    const runs = judgeRuns(rows.slice(0, MOST_RUNS).map(toFacts), now())
    return { runs: name === undefined ? runs : runs.filter((run) => run.name === name), sampled: rows.length > MOST_RUNS }
  }

  return {
    async list(projectId, { from, to }, signal) {
      const spending = startSpending(store, DEFAULT_BUDGET, signal)
      const { runs, sampled } = await loadRuns(spending, projectId, parseTimeRange(from, to, now()))
      return { flows: summarise(runs), sampled, partial: spending.partial }
    },

    async runs(projectId, { from, to, name, state, limit, offset }, signal) {
      const spending = startSpending(store, DEFAULT_BUDGET, signal)
      const { runs } = await loadRuns(spending, projectId, parseTimeRange(from, to, now()), name)
      const chosen = state === undefined ? runs : runs.filter((run) => run.state === state)
      return { runs: chosen.slice(offset, offset + limit).map(toRunJson), hasMore: chosen.length > offset + limit, partial: spending.partial }
    },

    async steps(projectId, { from, to, name }, signal) {
      const spending = startSpending(store, DEFAULT_BUDGET, signal)
      const loaded = await loadRuns(spending, projectId, parseTimeRange(from, to, now()), name)
      const runs = loaded.runs.slice(0, MOST_RUNS_FOR_STEPS)
      const sampled = loaded.sampled || runs.length < loaded.runs.length
      if (runs.length === 0) return { runs: 0, steps: [], sampled, partial: spending.partial }
      const range = {
        from: unixMicros(Math.min(...runs.map(({ startedMs }) => startedMs)) * 1000),
        to: unixMicros((Math.max(...runs.map(({ endedMs }) => endedMs)) + 1) * 1000),
      }
      const { rows } = await spending.query<{ flow_id: string; step_index: number; at: number; message: string }>(
        stepsQuery(
          projectId,
          range,
          runs.map(({ flowId }) => flowId),
        ),
      )
      const facts = rows.map((row) => ({ flowId: row.flow_id, step: row.step_index, atMs: row.at / 1000, message: row.message }))
      return { runs: runs.length, steps: summariseSteps(runs, facts), sampled, partial: spending.partial }
    },

    async run(projectId, flowId, signal) {
      const spending = startSpending(store, DEFAULT_BUDGET, signal)
      const { rows } = await spending.query<EventRow>(runEventsQuery(projectId, flowId, MOST_EVENTS + 1))
      const [first] = rows
      if (first === undefined) {
        if (spending.partial) throw new HeartwoodError('engine-unavailable', spending.partial.message)
        throw new HeartwoodError('flow-not-found', `There is no run ${flowId} in this project.`)
      }
      const started = rowMicros(first.ts)
      const day = { from: unixMicros(started - DAY_MICROS), to: unixMicros(started + DAY_MICROS) }
      const { runs: siblings } = await loadRuns(spending, projectId, day, flowName(flowId))
      const own = await spending.query<RunRow>(runQuery(projectId, flowId))
      const others = siblings.filter((one) => one.flowId !== flowId)
      const [run] = judgeRuns([...own.rows.map(toFacts), ...others], now())
      if (run === undefined) throw new HeartwoodError('engine-unavailable', 'The run could not be read whole.')
      const shown = rows.slice(0, MOST_EVENTS)
      const pace = paceOf(shown.map(({ ts }) => rowMicros(ts) / 1000))
      return {
        run: toRunJson(run),
        events: shown.map((row, index) => ({ event: toEventJson(row), ...(pace[index] ?? { offsetMs: 0, deltaMs: 0, gap: false }) })),
        missingSteps: missingSteps(shown.map(({ step_index }) => step_index ?? -1)),
        truncated: rows.length > MOST_EVENTS,
        partial: spending.partial,
      }
    },
  }
}
