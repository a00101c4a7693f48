import { FLOW_STATES, type FlowState } from '@heartwood/protocol'
import { Tooltip } from '@mantine/core'
import { formatWhole, plural } from '../../lib/format.ts'
import { CodeBlock } from '../../ui/copy.tsx'
import { Legend } from '../../ui/legend.tsx'
import classes from './flows.module.css'
import { FLOW_STATE_RULES, type StateCounts } from './model.ts'

const COLOURS: Record<FlowState, string> = {
  finished: '--hw-bar-debug',
  failed: '--hw-bar-error',
  running: '--hw-bar-info',
  stalled: '--hw-bar-warn',
}

/** A step as people count, from 1; an empty place where an event belongs to none. */
export function StepNumber({ step }: { step: number | undefined }) {
  return (
    <span className={classes.step} data-none={step === undefined || undefined}>
      {step === undefined ? '' : step + 1}
    </span>
  )
}

/** What became of a run; the rule behind it on hover. */
export function FlowStateMark({ state }: { state: FlowState }) {
  return (
    <Tooltip label={FLOW_STATE_RULES[state]} multiline maw={300} events={{ hover: true, focus: true, touch: true }}>
      <span className={classes.state} data-state={state}>
        {state}
      </span>
    </Tooltip>
  )
}

/** How runs ended, as parts of one bar; the numbers are its label. */
export function EndsBar({ counts, of, thick = false }: { counts: StateCounts; of: number; thick?: boolean }) {
  const parts = FLOW_STATES.filter((state) => counts[state] > 0)
  const text = parts.map((state) => `${formatWhole(counts[state])} ${state}`).join(', ')
  if (parts.length === 0) return null
  return (
    <Tooltip label={text}>
      <span className={classes.ends} data-thick={thick || undefined} role="img" aria-label={text}>
        {parts.map((state) => (
          <span key={state} style={{ width: `${(counts[state] / Math.max(1, of)) * 100}%`, background: `var(${COLOURS[state]})` }} />
        ))}
      </span>
    </Tooltip>
  )
}

/** What the colours of the bars stand for, with how many there are of each. */
export function EndsLegend({ counts }: { counts: StateCounts }) {
  return (
    <Legend
      label="How runs ended"
      entries={FLOW_STATES.map((state) => ({
        name: state,
        colour: COLOURS[state],
        text: (
          <Tooltip label={FLOW_STATE_RULES[state]} multiline maw={300}>
            <span>
              {state} <b>{formatWhole(counts[state])}</b>
            </span>
          </Tooltip>
        ),
      }))}
    />
  )
}

/** How a program sends a flow, as lines that run once the key is put in. */
export function HowToSend({ address }: { address: string }) {
  const event = (step: number, message: string) => `{"flowId":"checkout-7f3a","stepIndex":${step},"message":"${message}"}`
  const lines = [
    `curl ${address}/ingest \\`,
    `  -H 'Authorization: Bearer KEY' -d '[`,
    `  ${event(0, 'cart')},`,
    `  ${event(1, 'paid')},`,
    `  ${event(2, 'sent')}]'`,
  ]
  return <CodeBlock label="Lines that send a flow" text={lines.join('\n')} />
}

export const sumCounts = (all: readonly StateCounts[]): StateCounts => {
  const sum = (state: FlowState): number => all.reduce((total, counts) => total + counts[state], 0)
  return { finished: sum('finished'), failed: sum('failed'), running: sum('running'), stalled: sum('stalled') }
}

/** "150 runs"; with the sign of an estimate when not all were looked at. */
export const runsText = (runs: number, sampled: boolean): string => `${sampled ? '≥ ' : ''}${plural(runs, 'run')}`
