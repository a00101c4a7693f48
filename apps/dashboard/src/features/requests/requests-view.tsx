import { ActionIcon, NativeSelect, Tooltip } from '@mantine/core'
import { useHotkeys } from '@mantine/hooks'
import { useCallback, useMemo, useState } from 'react'
import { absoluteRange, freezeRange } from '../../state/time-range.ts'
import { stringifySearch } from '../../state/url-codec.ts'
import { Icon } from '../../ui/icons.tsx'
import { Page } from '../../ui/page.tsx'
import { RangePicker } from '../../ui/range-picker.tsx'
import { ErrorState, PartialNotice, SkeletonRows } from '../../ui/states.tsx'
import { CopyLink, UnreadableQuery } from '../logs/logs-parts.tsx'
import { includeValue } from '../logs/model/query-edit.ts'
import { QueryBar } from '../logs/query-bar/query-bar.tsx'
import { toQueryFault } from '../logs/query-fault.ts'
import { type RequestsState, requestsCodec } from './model.ts'
import { NoRequests } from './no-requests.tsx'
import classes from './requests.module.css'
import { toScope, useRequestChart, useRequestRoutes, useRequestServices, useSlowest } from './requests-api.ts'
import { RequestCharts } from './requests-charts.tsx'
import { Routes } from './routes-table.tsx'
import { Slowest } from './slowest.tsx'
import { StatusSplit, Totals } from './totals.tsx'

interface RequestsViewProps {
  project: string
  address: string
  state: RequestsState
  onChange: (patch: Partial<RequestsState>) => void
}

/** What the programs of a project served: how much, how well, how fast. */
export function RequestsView({ project, address, state, onChange }: RequestsViewProps) {
  const [tick, setTick] = useState(0)
  const scope = useMemo(() => toScope(project, state, tick), [project, state, tick])
  const logScope = useMemo(() => ({ project, q: state.q, from: state.from, to: state.to, tick }), [project, state.q, state.from, state.to, tick])
  const chart = useRequestChart(scope)
  const routes = useRequestRoutes(scope)
  const slowest = useSlowest(scope)
  const refresh = useCallback(() => setTick((count) => count + 1), [])
  const setQuery = useCallback((q: string) => (q === state.q ? refresh() : onChange({ q })), [onChange, refresh, state.q])
  const fault = toQueryFault(chart.error)
  useHotkeys([['r', refresh]])
  const link = (): string =>
    `${window.location.origin}${window.location.pathname}${stringifySearch(requestsCodec.format({ ...state, ...freezeRange(state, Date.now()) }))}`
  const { data } = chart
  return (
    <Page
      title="Requests"
      actions={
        <>
          <RangePicker value={state} onChange={onChange} />
          <Tooltip label="Refresh">
            <ActionIcon size={32} variant="default" aria-label="Refresh" onClick={refresh} loading={chart.isFetching && tick > 0}>
              <Icon name="refresh" />
            </ActionIcon>
          </Tooltip>
          <CopyLink link={link} />
        </>
      }
    >
      <QueryBar scope={logScope} fault={fault} onSubmit={setQuery} onEscape={() => undefined} />
      <div className={classes.page}>
        <Filters project={project} state={state} onChange={onChange} />
        {fault ? (
          <UnreadableQuery />
        ) : chart.error && !data ? (
          <ErrorState title="The requests could not be read" error={chart.error} onRetry={() => void chart.refetch()} />
        ) : !data ? (
          <div>
            <div className={classes.chartSkeleton} />
            <SkeletonRows rows={10} height={34} />
          </div>
        ) : data.total.count === 0 ? (
          <NoRequests address={address} state={state} onChange={onChange} />
        ) : (
          <>
            <PartialNotice partial={data.partial ?? routes.data?.partial ?? slowest.data?.partial} />
            <div data-stale={chart.isPlaceholderData || undefined}>
              <Totals chart={data} />
              <RequestCharts chart={data} onSelect={(fromMs, toMs) => onChange(absoluteRange(fromMs, toMs))} />
              <StatusSplit
                statuses={data.statuses}
                total={data.total.count}
                onStatus={(status) => setQuery(includeValue(state.q, 'status', String(status)))}
              />
            </div>
            <Routes routes={routes} order={state.order} onChange={onChange} />
            <Slowest project={project} slowest={slowest} />
          </>
        )}
      </div>
    </Page>
  )
}

/** What the page is narrowed to besides the query. */
function Filters({ project, state, onChange }: Omit<RequestsViewProps, 'address'>) {
  const services = useRequestServices(project, state.from, state.to)
  const names = [...new Set([...(state.service === '' ? [] : [state.service]), ...(services.data ?? [])])]
  const isRoute = state.method !== '' || state.route !== ''
  return (
    <div className={classes.filters}>
      <NativeSelect
        size="xs"
        aria-label="Service"
        value={state.service}
        onChange={(event) => onChange({ service: event.currentTarget.value, method: '', route: '' })}
        data={[{ value: '', label: 'All services' }, ...names.map((name) => ({ value: name, label: name }))]}
      />
      {isRoute && (
        <span className={classes.chip}>
          <span className="mono">{[state.method, state.route].filter(Boolean).join(' ')}</span>
          <button type="button" aria-label="All routes" title="All routes" onClick={() => onChange({ method: '', route: '' })}>
            <Icon name="close" size={12} />
          </button>
        </span>
      )}
    </div>
  )
}
