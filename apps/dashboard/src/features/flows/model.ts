import type { FlowState } from '@heartwood/protocol'
import type { TimeRange } from '../../state/time-range.ts'
import { choiceField, createCodec, rangeFields, type StateOf, textField } from '../../state/url-codec.ts'

/** A day: flows are fewer than logs, and many take hours. */
export const FLOWS_RANGE: TimeRange = { from: '-24h', to: 'now' }
export const RUNS_PAGE = 50

export const flowsCodec = createCodec(rangeFields(FLOWS_RANGE))
export type FlowsState = StateOf<typeof flowsCodec>

export const flowCodec = createCodec({
  ...rangeFields(FLOWS_RANGE),
  state: choiceField(['any', 'finished', 'failed', 'running', 'stalled']),
  /** 1-based. */
  page: textField('1'),
})
export type FlowPageState = StateOf<typeof flowCodec>

export const pageNumber = (text: string): number => (/^[1-9]\d{0,3}$/.test(text) ? Number(text) : 1)

/** How runs end, in the order in which they are shown; the rules are the server's. */
export const FLOW_STATE_RULES: Record<FlowState, string> = {
  finished: 'Reached the step with which most runs of this flow end.',
  failed: 'Its last event is an error.',
  running: 'Its last event is younger than ten minutes.',
  stalled: 'Quiet for ten minutes or longer, before the step with which most runs of this flow end.',
}

export type StateCounts = Record<FlowState, number>

/** What a run shows, in order: its events, the pauses that stand out, and the steps that never came. */
export type RunLine<Item> =
  | { kind: 'event'; item: Item; index: number }
  | { kind: 'gap'; ms: number; index: number }
  | { kind: 'missing'; steps: readonly number[] }

interface PacedEvent {
  event: { stepIndex?: number | undefined }
  deltaMs: number
  gap: boolean
}

/** Puts each missing step before the first event of a later one. Steps that are missing in a row make one line. */
export function toRunLines<Item extends PacedEvent>(events: readonly Item[], missingSteps: readonly number[]): RunLine<Item>[] {
  const missing = missingSteps.toSorted((a, b) => a - b)
  return events.flatMap((item, index): RunLine<Item>[] => {
    const step = item.event.stepIndex ?? -1
    const before = missing.filter((candidate) => candidate < step)
    missing.splice(0, before.length)
    return [
      ...(before.length > 0 ? [{ kind: 'missing' as const, steps: before }] : []),
      ...(item.gap ? [{ kind: 'gap' as const, ms: item.deltaMs, index }] : []),
      { kind: 'event', item, index },
    ]
  })
}

/** Steps after the last one of a run that at least half of the runs of its flow reach. */
export const stepsAhead = <Step extends { step: number; reached: number }>(steps: readonly Step[], runs: number, lastStep: number): Step[] =>
  steps.filter(({ step, reached }) => step > lastStep && reached * 2 >= runs)

/** `2`, `2 and 3`, `2 to 5`: steps as people count, from 1. */
export function nameSteps(steps: readonly number[]): string {
  const [first, last] = [(steps[0] ?? 0) + 1, (steps.at(-1) ?? 0) + 1]
  if (steps.length === 1) return `Step ${first}`
  return last - first === steps.length - 1 && steps.length > 2
    ? `Steps ${first} to ${last}`
    : `Steps ${steps
        .map((step) => step + 1)
        .join(', ')
        .replace(/, (?=\d+$)/, ' and ')}`
}
