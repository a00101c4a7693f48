import type { FlowRun } from '@heartwood/protocol'
import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useMemo } from 'react'
import { toProblem } from '../../lib/api.tsx'
import { formatDuration, formatWhole } from '../../lib/format.ts'
import { absoluteRange } from '../../state/time-range.ts'
import { CopyButton } from '../../ui/copy.tsx'
import { Facts } from '../../ui/facts.tsx'
import { Page } from '../../ui/page.tsx'
import { Moment } from '../../ui/stamp.tsx'
import { EmptyState, ErrorState, PartialNotice, SkeletonRows } from '../../ui/states.tsx'
import { Track, TrackGap, TrackItem } from '../../ui/track.tsx'
import { logsWith } from '../logs/log-link.ts'
import { FlowStateMark } from './flow-parts.tsx'
import classes from './flows.module.css'
import { useFlowRun, useFlowSteps } from './flows-api.ts'
import { FLOW_STATE_RULES, nameSteps, stepsAhead, toRunLines } from './model.ts'
import { RunEventLine } from './run-event.tsx'

/** Runs of the same flow this long before and after are what a run is compared with, as the server does. */
const DAY_MS = 86_400_000

interface RunViewProps {
  project: string
  id: string
  /** Ids of the events whose data are open. */
  open: readonly string[]
  onOpen: (open: readonly string[]) => void
}

/** One run of a flow, from its first event to its last. */
export function RunView({ project, id, open, onOpen }: RunViewProps) {
  const query = useFlowRun(project, id)
  const { data } = query
  const lines = useMemo(() => (data ? toRunLines(data.events, data.missingSteps) : []), [data])
  const toggle = (event: string): void => onOpen(open.includes(event) ? open.filter((other) => other !== event) : [...open, event])
  return (
    <Page
      title={id}
      isId
      padded
      crumb={
        data ? (
          <Link to="/p/$project/flows/$name" params={{ project, name: data.run.name }}>
            {data.run.name}
          </Link>
        ) : (
          <Link to="/p/$project/flows" params={{ project }}>
            Flows
          </Link>
        )
      }
      actions={<CopyButton text={id} label="Copy id" />}
    >
      {query.error && !data ? (
        toProblem(query.error).code === 'flow-not-found' ? (
          <EmptyState
            title="There is no such run"
            ways={<Button renderRoot={(props) => <Link {...props} to="/p/$project/flows" params={{ project }} />}>All flows</Button>}
          >
            <p>
              No event of this project carries the flowId <span className="mono">{id}</span>. It may be of another project, or older than the project
              keeps events.
            </p>
          </EmptyState>
        ) : (
          <ErrorState title="The run could not be read" error={query.error} onRetry={() => void query.refetch()} />
        )
      ) : !data ? (
        <SkeletonRows rows={12} height={34} />
      ) : (
        <>
          <PartialNotice partial={data.partial} />
          <Head project={project} run={data.run} missing={data.missingSteps.length} />
          <Track label="Events of the run">
            {lines.map((line) =>
              line.kind === 'gap' ? (
                <TrackGap key={`gap-${line.index}`} ms={line.ms} />
              ) : line.kind === 'missing' ? (
                <TrackItem key={`missing-${line.steps[0]}`}>
                  <p className={classes.missing}>{nameSteps(line.steps)} left no event</p>
                </TrackItem>
              ) : (
                <RunEventLine
                  key={line.item.event.id}
                  project={project}
                  line={line.item}
                  first={line.index === 0}
                  open={open.includes(line.item.event.id)}
                  onToggle={() => toggle(line.item.event.id)}
                />
              ),
            )}
            {!data.truncated && <StepsAhead project={project} run={data.run} />}
          </Track>
          {data.truncated && (
            <p className={classes.none}>
              These are the first {formatWhole(data.events.length)} events of the run.{' '}
              <Link to="/p/$project/timeline/$id" params={{ project, id }}>
                See all on the timeline
              </Link>
            </p>
          )}
        </>
      )}
    </Page>
  )
}

/** For a run that stopped before its end: what others of its flow do next. */
function StepsAhead({ project, run }: { project: string; run: FlowRun }) {
  const stopped = run.state === 'failed' || run.state === 'stalled'
  const began = Date.parse(run.startedAt)
  const { data } = useFlowSteps({ project, ...absoluteRange(began - DAY_MS, began + DAY_MS) }, run.name, stopped && run.lastStep !== undefined)
  if (!data) return null
  return stepsAhead(data.steps, data.runs, run.lastStep ?? -1).map(({ step, message }) => (
    <TrackItem key={step}>
      <p className={classes.missing}>
        Step {step + 1} was not reached{message !== '' && <>: {message}</>}
      </p>
    </TrackItem>
  ))
}

function Head({ project, run, missing }: { project: string; run: FlowRun; missing: number }) {
  return (
    <header className={classes.runHead}>
      <p className={classes.verdict}>
        <FlowStateMark state={run.state} />
        <span className="muted">{FLOW_STATE_RULES[run.state]}</span>
      </p>
      <Facts
        facts={[
          {
            name: 'Began',
            value: <Moment stamp={run.startedAt} />,
          },
          { name: 'Took', value: run.events > 1 ? formatDuration(run.durationMs) : '–' },
          { name: 'Events', value: formatWhole(run.events) },
          ...(run.lastStep === undefined ? [] : [{ name: 'Last step', value: `${run.lastStep + 1}${missing > 0 ? `, ${missing} missing` : ''}` }]),
          { name: run.services.length === 1 ? 'Service' : 'Services', value: run.services.join(', ') || '–' },
        ]}
      />
      <div className={classes.links}>
        <Button
          size="xs"
          variant="default"
          renderRoot={(props) => (
            <Link {...props} to="/p/$project/logs" params={{ project }} search={logsWith('flow', run.flowId, run.startedAt, run.endedAt)} />
          )}
        >
          Open in Logs
        </Button>
        <Button
          size="xs"
          variant="default"
          renderRoot={(props) => <Link {...props} to="/p/$project/timeline/$id" params={{ project, id: run.flowId }} />}
        >
          Open the timeline
        </Button>
      </div>
    </header>
  )
}
