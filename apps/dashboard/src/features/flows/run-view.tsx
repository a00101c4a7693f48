import type { FlowRun } from '@heartwood/protocol'
import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useMemo } from 'react'
import { toProblem } from '../../lib/api.tsx'
import { formatDuration, formatStamp, formatWhole } from '../../lib/format.ts'
import { CopyButton } from '../../ui/copy.tsx'
import { Facts } from '../../ui/facts.tsx'
import { Page } from '../../ui/page.tsx'
import { Ago } from '../../ui/stamp.tsx'
import { EmptyState, ErrorState, PartialNotice, SkeletonRows } from '../../ui/states.tsx'
import { Track, TrackGap, TrackItem } from '../../ui/track.tsx'
import { logsWith } from '../logs/log-link.ts'
import { FlowStateMark } from './flow-parts.tsx'
import classes from './flows.module.css'
import { useFlowRun } from './flows-api.ts'
import { FLOW_STATE_RULES, nameSteps, toRunLines } from './model.ts'
import { RunEventLine } from './run-event.tsx'

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
          <EmptyState title="There is no such run">
            <p>
              No event of this project carries the flowId <span className="mono">{id}</span>. It may be of another project, or older than the project
              keeps events.
            </p>
            <div className={classes.ways}>
              <Button renderRoot={(props) => <Link {...props} to="/p/$project/flows" params={{ project }} />}>All flows</Button>
            </div>
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

function Head({ project, run, missing }: { project: string; run: FlowRun; missing: number }) {
  const began = formatStamp(run.startedAt)
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
            value: (
              <>
                <span title={began.utc}>
                  {began.date} {began.time}
                </span>{' '}
                <span className="muted">
                  <Ago stamp={run.startedAt} />
                </span>
              </>
            ),
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
