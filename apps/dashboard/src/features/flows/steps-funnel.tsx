import { formatDuration, formatShare, formatWhole } from '../../lib/format.ts'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { NO_MESSAGE } from '../logs/model/row-text.ts'
import { EndsBar, StepNumber } from './flow-parts.tsx'
import classes from './flows.module.css'
import type { FlowStep } from './flows-api.ts'
import type { StateCounts } from './model.ts'

const sum = ({ finished, failed, running, stalled }: StateCounts): number => finished + failed + running + stalled
const duration = (ms: number | null): string => (ms === null ? '–' : formatDuration(ms))

/**
 * A line for each step: a bar as wide as the share of runs that came this far, of which the coloured part stopped here, and how long
 * runs stay in the step.
 */
export function StepsFunnel({ steps, runs }: { steps: readonly FlowStep[]; runs: number }) {
  const longest = Math.max(1, ...steps.map((step) => step.p95Ms ?? 0))
  const width = (count: number, of: number) => ({ width: `${(count / Math.max(1, of)) * 100}%` })
  const columns: Column<FlowStep>[] = [
    {
      name: 'Step',
      cell: (step) => (
        <span className={classes.stepName}>
          <StepNumber step={step.step} />
          <span>{step.message || NO_MESSAGE}</span>
        </span>
      ),
    },
    {
      name: 'Runs that came this far, and how those that stopped here ended',
      long: true,
      cell: ({ reached, stopped }) => (
        <span className={classes.reach}>
          <span className={classes.passed} style={width(reached - sum(stopped), runs)} />
          <span className={classes.stopped} style={width(sum(stopped), runs)}>
            <EndsBar counts={stopped} of={sum(stopped)} thick />
          </span>
        </span>
      ),
    },
    { name: 'Reached', number: true, cell: (step) => formatWhole(step.reached) },
    { name: 'Share', number: true, cell: (step) => <span className="muted">{formatShare(step.reached / Math.max(1, runs))}</span> },
    { name: 'Lost', number: true, cell: ({ stopped }) => formatWhole(stopped.failed + stopped.stalled) },
    { name: 'p50 to next', number: true, cell: (step) => duration(step.p50Ms) },
    { name: 'p95 to next', number: true, cell: (step) => <span className="muted">{duration(step.p95Ms)}</span> },
    {
      name: 'Time until the next step',
      wide: true,
      cell: ({ p50Ms, p95Ms }) =>
        p50Ms !== null && (
          <span className={classes.pace} aria-hidden="true">
            <span style={width(p95Ms ?? 0, longest)} />
            <span style={width(p50Ms, longest)} />
          </span>
        ),
    },
  ]
  return <DataTable columns={columns} rows={steps} keyOf={(step) => step.step} dense={3} />
}
