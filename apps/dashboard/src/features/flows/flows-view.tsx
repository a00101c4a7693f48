import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { formatDuration, formatShare, plural } from '../../lib/format.ts'
import { widenRange } from '../../state/time-range.ts'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { Page } from '../../ui/page.tsx'
import { RangePicker } from '../../ui/range-picker.tsx'
import { SectionHead } from '../../ui/section.tsx'
import { Ago, Count } from '../../ui/stamp.tsx'
import { EmptyState, ErrorState, PartialNotice, SkeletonRows } from '../../ui/states.tsx'
import { EndsBar, EndsLegend, HowToSend, runsText, sumCounts } from './flow-parts.tsx'
import classes from './flows.module.css'
import { type FlowSummary, useFlows } from './flows-api.ts'
import { FLOWS_RANGE, type FlowsState, flowCodec } from './model.ts'

interface FlowsViewProps {
  project: string
  address: string
  state: FlowsState
  onChange: (patch: Partial<FlowsState>) => void
}

/** All flows by name: how often they ran, how they ended, how long they took. */
export function FlowsView({ project, address, state, onChange }: FlowsViewProps) {
  const flows = useFlows({ project, ...state })
  const search = flowCodec.format({ ...flowCodec.parse({}), ...state })
  const columns: Column<FlowSummary>[] = [
    {
      name: 'Flow',
      cell: (flow) => (
        <Link to="/p/$project/flows/$name" params={{ project, name: flow.name }} search={search} className={classes.name}>
          {flow.name}
        </Link>
      ),
    },
    { name: 'Runs', number: true, cell: (flow) => <Count value={flow.runs} /> },
    { name: 'Success', number: true, cell: (flow) => (flow.successRate === null ? '–' : formatShare(flow.successRate)) },
    { name: 'How they ended', long: true, cell: (flow) => <EndsBar counts={flow} of={flow.runs} /> },
    { name: 'p50', number: true, cell: (flow) => (flow.p50Ms === null ? '–' : formatDuration(flow.p50Ms)) },
    { name: 'p95', number: true, cell: (flow) => (flow.p95Ms === null ? '–' : formatDuration(flow.p95Ms)) },
    { name: 'Last event', number: true, cell: (flow) => <Ago stamp={flow.lastAt} /> },
  ]
  return (
    <Page title="Flows" padded actions={<RangePicker value={state} onChange={onChange} />}>
      {flows.error && !flows.data ? (
        <ErrorState title="The flows could not be read" error={flows.error} onRetry={() => void flows.refetch()} />
      ) : !flows.data ? (
        <SkeletonRows rows={8} height={34} />
      ) : flows.data.flows.length === 0 ? (
        <NoFlows address={address} state={state} onChange={onChange} />
      ) : (
        <div data-stale={flows.isPlaceholderData || undefined}>
          <PartialNotice partial={flows.data.partial} />
          <SectionHead
            lead={
              <>
                <b>{plural(flows.data.flows.length, 'flow')}</b>,{' '}
                {runsText(
                  flows.data.flows.reduce((sum, flow) => sum + flow.runs, 0),
                  flows.data.sampled,
                )}
                {flows.data.sampled && ' (only the newest were looked at)'}
              </>
            }
            tools={<EndsLegend counts={sumCounts(flows.data.flows)} />}
          />
          <DataTable columns={columns} rows={flows.data.flows} keyOf={(flow) => flow.name} dense={3} />
        </div>
      )}
    </Page>
  )
}

function NoFlows({ address, state, onChange }: Pick<FlowsViewProps, 'address' | 'state' | 'onChange'>) {
  const isDefault = state.from === FLOWS_RANGE.from && state.to === FLOWS_RANGE.to
  return (
    <EmptyState
      title={isDefault ? 'No flow ran in the last 24 hours' : 'No flow ran in this range'}
      example={<HowToSend address={address} />}
      ways={
        <Button variant="default" onClick={() => onChange(isDefault ? { from: '-30d', to: 'now' } : widenRange(state, Date.now()))}>
          {isDefault ? 'Look at the last 30 days' : 'Twice as wide'}
        </Button>
      }
    >
      <p>
        A flow is a task of several steps, perhaps across services: a checkout, a sign-up, a nightly job. Events that carry the same flowId belong to
        one run; stepIndex counts its steps from 0. What stands before the last dash names the flow.
      </p>
    </EmptyState>
  )
}
