import type { FlowRun, FlowState, Level } from '@heartwood/protocol'

/** One run as its events tell it, times in milliseconds since 1970. */
export interface RunFacts {
  flowId: string
  startedMs: number
  endedMs: number
  events: number
  /** Highest step, -1 when none of its events has one. */
  lastStep: number
  lastMessage: string
  /** Level of its last event. */
  endLevel: Level
  /** Highest level of its events. */
  level: Level
  services: string[]
}

export interface Run extends RunFacts {
  name: string
  state: FlowState
}

/** A run with an event younger than this may still go on. */
export const QUIET_MS = 10 * 60_000

/** What stands behind the last dash; a UUID has dashes of its own. */
const RUN_PART = /-(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[^-]*)$/i

/** `checkout` of `checkout-7f3a91c2`: what stands before the last dash; the id itself when nothing does. */
export const flowName = (flowId: string): string => flowId.replace(RUN_PART, '') || flowId

/** Says what became of each run; runs of the same name are compared with each other, so all that are known should be given. */
export function judgeRuns(facts: readonly RunFacts[], nowMs: number): Run[] {
  const named = facts.map((run) => ({ ...run, name: flowName(run.flowId) }))
  const ends = new Map<string, Map<number, number>>()
  for (const run of named) {
    if (!isQuiet(run, nowMs) || isFailed(run)) continue
    const steps = ends.get(run.name) ?? new Map<number, number>()
    steps.set(run.lastStep, (steps.get(run.lastStep) ?? 0) + 1)
    ends.set(run.name, steps)
  }
  const usualEnds = new Map([...ends].map(([name, steps]) => [name, mostFrequent(steps)]))
  return named.map((run) => ({ ...run, state: stateOf(run, usualEnds.get(run.name) ?? -1, nowMs) }))
}

const isQuiet = (run: RunFacts, nowMs: number): boolean => nowMs - run.endedMs >= QUIET_MS
const isFailed = ({ endLevel }: RunFacts): boolean => endLevel === 'error' || endLevel === 'fatal'

function stateOf(run: RunFacts, usualEnd: number, nowMs: number): FlowState {
  if (isFailed(run)) return 'failed'
  if (!isQuiet(run, nowMs)) return 'running'
  return run.lastStep >= usualEnd ? 'finished' : 'stalled'
}

/** Of several that are equally frequent the highest: a flow that grew a step is not finished without it. */
const mostFrequent = (counts: ReadonlyMap<number, number>): number =>
  [...counts].reduce((best, one) => (one[1] > best[1] || (one[1] === best[1] && one[0] > best[0]) ? one : best), [-1, 0] as const)[0]

export const toRunJson = (run: Run): FlowRun => ({
  flowId: run.flowId,
  name: run.name,
  state: run.state,
  startedAt: new Date(run.startedMs).toISOString(),
  endedAt: new Date(run.endedMs).toISOString(),
  durationMs: run.endedMs - run.startedMs,
  events: run.events,
  ...(run.lastStep >= 0 ? { lastStep: run.lastStep } : {}),
  lastMessage: run.lastMessage,
  level: run.level,
  services: run.services,
})

/** A quantile by the nearest rank; null of nothing. */
function quantile(values: readonly number[], share: number): number | null {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null
}

const countStates = (runs: readonly Run[]): Record<FlowState, number> => {
  const counts = { finished: 0, failed: 0, running: 0, stalled: 0 }
  for (const { state } of runs) counts[state]++
  return counts
}

function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>()
  for (const item of items) {
    const group = groups.get(keyOf(item))
    if (group === undefined) groups.set(keyOf(item), [item])
    else group.push(item)
  }
  return groups
}

/** Flows by name, the one with the latest event first. */
export function summarise(runs: readonly Run[]) {
  const byName = groupBy(runs, ({ name }) => name)
  return [...byName]
    .map(([name, all]) => {
      const counts = countStates(all)
      const ended = counts.finished + counts.failed + counts.stalled
      const durations = all.filter(({ state }) => state === 'finished').map(({ startedMs, endedMs }) => endedMs - startedMs)
      const lastMs = Math.max(...all.map(({ endedMs }) => endedMs))
      return {
        name,
        runs: all.length,
        ...counts,
        successRate: ended === 0 ? null : counts.finished / ended,
        p50Ms: quantile(durations, 0.5),
        p95Ms: quantile(durations, 0.95),
        lastAt: new Date(lastMs).toISOString(),
      }
    })
    .sort((a, b) => (a.lastAt < b.lastAt ? 1 : -1))
}

/** The first event of one step of one run. */
export interface StepFacts {
  flowId: string
  step: number
  atMs: number
  message: string
}

/** Where runs stop and how long they stay in each step. */
export function summariseSteps(runs: readonly Run[], facts: readonly StepFacts[]) {
  const byRun = groupBy(facts, ({ flowId }) => flowId)
  const steps = new Map<number, { messages: Map<string, number>; stopped: Run[]; times: number[]; reached: number }>()
  for (const run of runs) {
    const own = [...(byRun.get(run.flowId) ?? [])].sort((a, b) => a.step - b.step)
    own.forEach(({ step, atMs, message }, index) => {
      const known = steps.get(step) ?? { messages: new Map<string, number>(), stopped: [], times: [], reached: 0 }
      steps.set(step, known)
      known.reached++
      known.messages.set(message, (known.messages.get(message) ?? 0) + 1)
      const next = own[index + 1]
      if (next === undefined) known.stopped.push(run)
      else if (next.step === step + 1) known.times.push(Math.max(0, next.atMs - atMs))
    })
  }
  return [...steps]
    .sort(([a], [b]) => a - b)
    .map(([step, { messages, stopped, times, reached }]) => ({
      step,
      message: [...messages].reduce((best, one) => (one[1] > best[1] ? one : best), ['', 0] as const)[0],
      reached,
      stopped: countStates(stopped),
      p50Ms: quantile(times, 0.5),
      p95Ms: quantile(times, 0.95),
    }))
}

/** A pause is a gap when it is at least a second and five times the run's median pause. */
const GAP_MS = 1_000
const GAP_FACTOR = 5

/** Offsets and pauses of events in order; times in milliseconds with fractions. */
export function paceOf(timesMs: readonly number[]): { offsetMs: number; deltaMs: number; gap: boolean }[] {
  const first = timesMs[0] ?? 0
  const deltas = timesMs.map((time, index) => time - (timesMs[index - 1] ?? time))
  const median = quantile(deltas.slice(1), 0.5) ?? 0
  return timesMs.map((time, index) => {
    const deltaMs = round(deltas[index] ?? 0)
    return { offsetMs: round(time - first), deltaMs, gap: deltas.length > 2 && deltaMs >= Math.max(GAP_MS, GAP_FACTOR * median) }
  })
}

/** Microseconds are the finest that is stored. */
const round = (ms: number): number => Math.round(ms * 1000) / 1000

const MOST_MISSING = 100

/** Steps below the last one that have no event. */
export function missingSteps(present: readonly number[]): number[] {
  const there = new Set(present)
  const missing: number[] = []
  for (let step = 0; step < Math.max(-1, ...present) && missing.length < MOST_MISSING; step++) if (!there.has(step)) missing.push(step)
  return missing
}
