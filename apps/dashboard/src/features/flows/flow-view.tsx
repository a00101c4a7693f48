import { FLOW_STATES, type FlowRun } from '@heartwood/protocol'
import { Button, SegmentedControl } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { formatDuration, formatShare } from '../../lib/format.ts'
import { widenRange } from '../../state/time-range.ts'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { Icon } from '../../ui/icons.tsx'
import { Page } from '../../ui/page.tsx'
import { RangePicker } from '../../ui/range-picker.tsx'
import { Section } from '../../ui/section.tsx'
import { Ago } from '../../ui/stamp.tsx'
import { EmptyState, ErrorState, PartialNotice, SkeletonRows } from '../../ui/states.tsx'
import { EndsLegend, FlowStateMark, runsText, StepNumber, sumCounts } from './flow-parts.tsx'
import classes from './flows.module.css'
import { useFlowRuns, useFlowSteps } from './flows-api.ts'
import { type FlowPageState, flowsCodec, pageNumber, RUNS_PAGE } from './model.ts'
import { StepsFunnel } from './steps-funnel.tsx'

interface FlowViewProps {
  project: string
  name: string
  state: FlowPageState
  onChange: (patch: Partial<FlowPageState>) => void
}

/** One flow: where its runs stop, how long its steps take, and the runs themselves. */
export function FlowView({ project, name, state, onChange }: FlowViewProps) {
  const scope = { project, from: state.from, to: state.to }
  const steps = useFlowSteps(scope, name)
  const runs = useFlowRuns(scope, name, state.state === 'any' ? undefined : state.state, pageNumber(state.page))
  const retry = (): void => {
    void steps.refetch()
    void runs.refetch()
  }
  return (
    <Page
      title={name}
      padded
      crumb={
        <Link to="/p/$project/flows" params={{ project }} search={flowsCodec.format(state)}>
          Flows
        </Link>
      }
      actions={<RangePicker value={state} onChange={(range) => onChange({ ...range, page: '1' })} />}
    >
      {steps.error && !steps.data && runs.error && !runs.data ? (
        <ErrorState title="The flow could not be read" error={runs.error} onRetry={retry} />
      ) : (
        <>
          <PartialNotice partial={steps.data?.partial ?? runs.data?.partial} />
          <Steps steps={steps} />
          <Runs project={project} runs={runs} state={state} onChange={onChange} />
        </>
      )}
    </Page>
  )
}

function Steps({ steps }: { steps: ReturnType<typeof useFlowSteps> }) {
  const { data } = steps
  if (steps.error && !data) return <ErrorState title="The steps could not be read" error={steps.error} onRetry={() => void steps.refetch()} />
  if (data && data.runs === 0) return null
  const counts = data && sumCounts(data.steps.map(({ stopped }) => stopped))
  const ended = counts ? counts.finished + counts.failed + counts.stalled : 0
  return (
    <Section
      title="Steps"
      lead={
        data &&
        counts && (
          <>
            {runsText(data.runs, data.sampled)}
            {data.sampled && ', the newest'}
            {ended > 0 && data.steps.length > 0 && `, ${formatShare(counts.finished / ended)} of those that ended finished`}
          </>
        )
      }
      tools={counts && data.steps.length > 0 && <EndsLegend counts={counts} />}
    >
      {!data ? (
        <SkeletonRows rows={4} height={44} />
      ) : data.steps.length === 0 ? (
        <p className={classes.none}>The events of these runs carry no stepIndex, so that there are no steps to compare.</p>
      ) : (
        <div data-stale={steps.isPlaceholderData || undefined}>
          <StepsFunnel steps={data.steps} runs={data.runs} />
        </div>
      )}
    </Section>
  )
}

const STATES = ['any', ...FLOW_STATES] as const

function Runs({ project, runs, state, onChange }: Omit<FlowViewProps, 'name'> & { runs: ReturnType<typeof useFlowRuns> }) {
  const page = pageNumber(state.page)
  const columns: Column<FlowRun>[] = [
    {
      name: 'Run',
      cell: (run) => (
        <Link to="/p/$project/flows/run/$id" params={{ project, id: run.flowId }} className={`mono ${classes.runId}`}>
          {run.flowId}
        </Link>
      ),
    },
    { name: 'State', cell: (run) => <FlowStateMark state={run.state} /> },
    { name: 'Began', cell: (run) => <Ago stamp={run.startedAt} /> },
    { name: 'Took', number: true, cell: (run) => (run.events > 1 ? formatDuration(run.durationMs) : '–') },
    { name: 'Events', number: true, cell: (run) => String(run.events) },
    { name: 'Last step', long: true, cell: (run) => <LastStep run={run} /> },
    { name: 'Services', long: true, cell: (run) => <span className="muted">{run.services.join(', ')}</span> },
  ]
  return (
    <Section
      title="Runs"
      tools={
        <SegmentedControl
          aria-label="State"
          size="xs"
          value={state.state}
          onChange={(value) => onChange({ state: STATES.find((candidate) => candidate === value) ?? 'any', page: '1' })}
          data={STATES.map((value) => ({ value, label: value === 'any' ? 'All' : `${value.slice(0, 1).toUpperCase()}${value.slice(1)}` }))}
        />
      }
    >
      {runs.error && !runs.data ? (
        <ErrorState title="The runs could not be read" error={runs.error} onRetry={() => void runs.refetch()} />
      ) : !runs.data ? (
        <SkeletonRows rows={10} height={34} />
      ) : runs.data.runs.length === 0 ? (
        <EmptyState
          title={state.state === 'any' ? 'No runs in this range' : `No ${state.state} runs in this range`}
          ways={
            <>
              {state.state !== 'any' && <Button onClick={() => onChange({ state: 'any', page: '1' })}>All states</Button>}
              <Button variant="default" onClick={() => onChange({ ...widenRange(state, Date.now()), page: '1' })}>
                Twice as wide
              </Button>
            </>
          }
        />
      ) : (
        <div data-stale={runs.isPlaceholderData || undefined}>
          <DataTable columns={columns} rows={runs.data.runs} keyOf={(run) => run.flowId} dense={4} />
          {(page > 1 || runs.data.hasMore) && (
            <nav className={classes.pages} aria-label="Pages">
              <Button
                variant="default"
                size="xs"
                disabled={page === 1}
                leftSection={<Icon name="left" size={12} />}
                onClick={() => onChange({ page: String(page - 1) })}
              >
                Newer
              </Button>
              <span>
                {(page - 1) * RUNS_PAGE + 1} – {(page - 1) * RUNS_PAGE + runs.data.runs.length}
              </span>
              <Button
                variant="default"
                size="xs"
                disabled={!runs.data.hasMore}
                rightSection={<Icon name="right" size={12} />}
                onClick={() => onChange({ page: String(page + 1) })}
              >
                Older
              </Button>
            </nav>
          )}
        </div>
      )}
    </Section>
  )
}

function LastStep({ run }: { run: FlowRun }) {
  return (
    <span className={classes.stepName}>
      {run.lastStep !== undefined && <StepNumber step={run.lastStep} />}
      <span>{run.lastMessage}</span>
    </span>
  )
}
