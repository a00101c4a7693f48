import { formatDuration, formatShare, formatWhole } from '../../lib/format.ts'
import { EndsBar } from './flow-parts.tsx'
import classes from './flows.module.css'
import type { FlowStep } from './flows-api.ts'

/**
 * A line for each step: a bar as wide as the share of runs that came this far, of which the coloured part stopped here, and how long
 * runs stay in the step.
 */
export function StepsFunnel({ steps, runs }: { steps: readonly FlowStep[]; runs: number }) {
  const longest = Math.max(1, ...steps.map((step) => step.p95Ms ?? 0))
  return (
    <table className={classes.funnel}>
      <thead>
        <tr>
          <th scope="col">Step</th>
          <th scope="col">Runs that came this far, and how those that stopped here ended</th>
          <th scope="col" data-number="">
            Reached
          </th>
          <th scope="col" data-number="">
            Stopped
          </th>
          <th scope="col">Time until the next step</th>
        </tr>
      </thead>
      <tbody>
        {steps.map((step) => {
          const { finished, failed, running, stalled } = step.stopped
          const lost = failed + stalled
          const here = finished + failed + running + stalled
          return (
            <tr key={step.step}>
              <th scope="row">
                <span className={classes.step}>{step.step + 1}</span>
                <span>{step.message || 'without a message'}</span>
              </th>
              <td className={classes.barCell}>
                <span className={classes.reach}>
                  <span className={classes.passed} style={{ width: `${((step.reached - here) / Math.max(1, runs)) * 100}%` }} />
                  <span className={classes.stopped} style={{ width: `${(here / Math.max(1, runs)) * 100}%` }}>
                    <EndsBar counts={step.stopped} of={here} thick />
                  </span>
                </span>
              </td>
              <td data-number="" data-label="reached">
                {formatWhole(step.reached)} <span className="muted">{formatShare(step.reached / Math.max(1, runs))}</span>
              </td>
              <td data-number="" data-label="stopped" data-lost={lost > 0 || undefined}>
                {lost === 0 ? <span className="muted">0</span> : formatWhole(lost)}
              </td>
              <td className={classes.times} data-none={step.p50Ms === null || undefined}>
                {step.p50Ms === null ? (
                  <span className="muted">–</span>
                ) : (
                  <span className={classes.paces}>
                    <span>p50 {formatDuration(step.p50Ms)}</span>
                    <span className="muted">p95 {step.p95Ms === null ? '–' : formatDuration(step.p95Ms)}</span>
                    <span className={classes.pace} aria-hidden="true">
                      <span style={{ width: `${((step.p95Ms ?? 0) / longest) * 100}%` }} />
                      <span style={{ width: `${(step.p50Ms / longest) * 100}%` }} />
                    </span>
                  </span>
                )}
              </td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}
