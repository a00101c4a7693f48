import type { EventJson } from '@heartwood/protocol'
import { ActionIcon, Button, Drawer, Tooltip } from '@mantine/core'
import { useHotkeys, useMediaQuery } from '@mantine/hooks'
import { useCallback, useEffect, useMemo, useState } from 'react'
import { plural } from '../../lib/format.ts'
import { usePreference } from '../../state/preferences.ts'
import { absoluteRange, freezeRange, resolveTime } from '../../state/time-range.ts'
import { stringifySearch } from '../../state/url-codec.ts'
import { Icon } from '../../ui/icons.tsx'
import { Page } from '../../ui/page.tsx'
import { RangePicker } from '../../ui/range-picker.tsx'
import { ErrorState, Notice, SkeletonRows } from '../../ui/states.tsx'
import { LogDetail } from './detail/log-detail.tsx'
import { Facets } from './facets/facets.tsx'
import { Histogram } from './histogram.tsx'
import classes from './logs.module.css'
import { type Scope, useEvents } from './logs-api.ts'
import { CopyLink, Nothing, Summary } from './logs-parts.tsx'
import { type LogsState, logsCodec } from './model/logs-state.ts'
import { excludeValue, includeValue } from './model/query-edit.ts'
import { quoteTerm } from './model/query-tokens.ts'
import { wordsOf } from './model/row-text.ts'
import { QueryBar } from './query-bar/query-bar.tsx'
import { toQueryFault } from './query-fault.ts'
import type { StampStyle } from './table/log-row.tsx'
import { LogTable } from './table/log-table.tsx'
import { TailStrip } from './tail-strip.tsx'
import { Toolbar } from './toolbar.tsx'
import { useTail } from './use-tail.ts'

const DAY_MS = 86_400_000
const YEAR_MS = 365 * DAY_MS
/** While live, chart and counts follow at this pace. */
const LIVE_REFRESH_MS = 10_000

interface LogsViewProps {
  project: string
  /** Where events are sent to, for the copied command. */
  address: string
  state: LogsState
  onChange: (patch: Partial<LogsState>) => void
}

export function LogsView({ project, address, state, onChange }: LogsViewProps) {
  const [tick, setTick] = useState(0)
  const [drawer, setDrawer] = useState(false)
  const [wrap] = usePreference('wrap')
  const [density] = usePreference('density')
  const [facetsHidden, setFacetsHidden] = usePreference('facetsHidden')
  const narrow = useMediaQuery('(max-width: 1000px)') ?? false
  const scope = useMemo<Scope>(() => ({ project, q: state.q, from: state.from, to: state.to, tick }), [project, state.q, state.from, state.to, tick])
  const events = useEvents(scope, state.columns)
  const tail = useTail(project, state.q, state.live)
  const refresh = useCallback(() => setTick((count) => count + 1), [])
  useEffect(() => {
    if (!state.live || tail.buffer.paused) return
    const timer = setInterval(refresh, LIVE_REFRESH_MS)
    return () => clearInterval(timer)
  }, [state.live, tail.buffer.paused, refresh])

  const rows = useMemo(() => (state.live ? joinTail(tail.buffer.rows, events.rows) : events.rows), [state.live, tail.buffer.rows, events.rows])
  const fault = toQueryFault(events.error)
  const setQuery = useCallback((q: string) => (q === state.q ? refresh() : onChange({ q, open: '', at: '' })), [onChange, refresh, state.q])
  const select = (fromMs: number, toMs: number): void => onChange({ ...absoluteRange(fromMs, toMs), live: false })
  const { pause } = tail
  const open = useCallback(
    (event: EventJson | undefined) => {
      if (event) pause()
      onChange({ open: event?.id ?? '', at: event?.timestamp ?? '' })
    },
    [onChange, pause],
  )
  const toggleLive = (): void => onChange(state.live ? { live: false } : { live: true, from: state.to === 'now' ? state.from : '-15m', to: 'now' })
  const linkTo = (patch: Partial<LogsState>): string => {
    const frozen = { ...state, live: false, ...freezeRange(state, Date.now()), ...patch }
    return `${window.location.origin}${window.location.pathname}${stringifySearch(logsCodec.format(frozen))}`
  }
  const stepBack = (): void => {
    if (state.open !== '') open(undefined)
    else if (state.q !== '') setQuery('')
  }
  const togglePause = (): void => {
    if (state.live) (tail.buffer.paused ? tail.resume : tail.pause)()
  }
  useHotkeys([
    ['l', toggleLive],
    ['r', refresh],
    ['Escape', stepBack],
    ['space', togglePause],
  ])

  const detailOf = (event: { id: string; timestamp: string }, row: EventJson | undefined) => (
    <LogDetail
      key={event.id}
      project={project}
      id={event.id}
      timestamp={event.timestamp}
      row={row}
      address={address}
      link={() => linkTo({ open: event.id, at: event.timestamp })}
      onInclude={(field, value) => setQuery(includeValue(state.q, field, value))}
      onExclude={(field, value) => setQuery(excludeValue(state.q, field, value))}
      onAddColumn={(field) => onChange({ columns: state.columns.includes(field) ? state.columns : [...state.columns, field] })}
      onId={(field, value) => onChange({ q: `${field}:${quoteTerm(value)}`, open: '', at: '' })}
      onClose={() => open(undefined)}
    />
  )
  const stampStyle = useMemo(() => stampStyleOf(state.from, state.to), [state.from, state.to])
  const words = useMemo(() => wordsOf(state.q), [state.q])
  const page = events.data?.pages[0]
  const partial = events.data?.pages.find((candidate) => candidate.partial)?.partial
  const away = state.open !== '' && !events.isPending && !rows.some((row) => row.id === state.open)
  const failed = events.error && !events.isFetchNextPageError && !fault ? events.error : undefined
  const facetsShown = !narrow && !facetsHidden && !fault
  const facets = <Facets scope={scope} onQuery={setQuery} />
  return (
    <Page
      title="Logs"
      actions={
        <>
          <RangePicker value={state} onChange={(range) => onChange({ ...range, live: range.to === 'now' && state.live })} />
          <Tooltip label="Refresh">
            <ActionIcon
              size={32}
              variant="default"
              aria-label="Refresh"
              onClick={refresh}
              loading={events.isFetching && !events.isFetchingNextPage && tick > 0 && !state.live}
            >
              <Icon name="refresh" />
            </ActionIcon>
          </Tooltip>
          <Button
            variant={state.live ? 'filled' : 'default'}
            aria-label="Live"
            aria-pressed={state.live}
            className={classes.live ?? ''}
            leftSection={<Icon name={state.live ? 'pause' : 'play'} size={14} />}
            onClick={toggleLive}
          >
            Live
          </Button>
          <CopyLink link={() => linkTo({})} />
        </>
      }
    >
      <div className={classes.page}>
        <QueryBar scope={scope} fault={fault} onSubmit={setQuery} onEscape={() => undefined} />
        <div className={classes.split} data-facets={facetsShown || undefined}>
          {facetsShown && (
            <aside className={classes.facets} aria-label="Filters">
              {facets}
            </aside>
          )}
          <div className={classes.main}>
            {failed && events.rows.length === 0 ? (
              <ErrorState title="The search failed" error={failed} onRetry={() => void events.refetch()} />
            ) : (
              <>
                <Histogram scope={scope} onSelect={select} />
                {!fault && (
                  <Toolbar
                    scope={scope}
                    columns={state.columns}
                    facetsShown={facetsShown}
                    onColumns={(columns) => onChange({ columns })}
                    onShowFacets={() => (narrow ? setDrawer(true) : setFacetsHidden(!facetsHidden))}
                    summary={page && <Summary scope={scope} elapsedMs={page.stats.elapsedMs} rowsRead={page.stats.rowsRead} />}
                  />
                )}
                {state.live && <TailStrip tail={tail} onStop={() => onChange({ live: false })} />}
                {partial && (
                  <div className={classes.notices}>
                    <Notice>Not everything was looked at. {partial.message}</Notice>
                  </div>
                )}
                {away && <div className={classes.pinned}>{detailOf({ id: state.open, timestamp: state.at }, undefined)}</div>}
                {events.isPending ? (
                  <SkeletonRows rows={24} />
                ) : rows.length === 0 ? (
                  <Nothing project={project} state={state} faulty={fault !== undefined} onChange={onChange} />
                ) : (
                  <LogTable
                    rows={rows}
                    columns={state.columns}
                    stampStyle={stampStyle}
                    words={words}
                    wrap={wrap}
                    density={density}
                    openId={state.open}
                    stale={events.isPlaceholderData && !state.live}
                    more={events.isFetchNextPageError ? 'failed' : events.isFetchingNextPage ? 'loading' : events.hasNextPage ? 'some' : 'none'}
                    renderDetail={(event) => detailOf(event, event)}
                    onOpen={open}
                    onMore={() => void events.fetchNextPage()}
                    onScrolled={(scrolled) => scrolled && state.live && !tail.buffer.paused && tail.pause()}
                    onRemoveColumn={(name) => onChange({ columns: state.columns.filter((column) => column !== name) })}
                    end={
                      events.isFetchNextPageError ? (
                        <Button size="xs" variant="default" onClick={() => void events.fetchNextPage()}>
                          The next rows could not be read. Try again
                        </Button>
                      ) : events.hasNextPage ? (
                        'More rows are on their way…'
                      ) : (
                        `That is all: ${plural(rows.length, 'event')} in this range`
                      )
                    }
                  />
                )}
              </>
            )}
          </div>
        </div>
      </div>
      <Drawer opened={drawer} onClose={() => setDrawer(false)} title="Filters" size={320} closeButtonProps={{ 'aria-label': 'Close the filters' }}>
        {drawer && facets}
      </Drawer>
    </Page>
  )
}

/** The tail before what was fetched, without repeating what is in both. */
function joinTail(tail: readonly EventJson[], fetched: readonly EventJson[]): readonly EventJson[] {
  if (tail.length === 0) return fetched
  const shown = new Set(tail.map((event) => event.id))
  return [...tail, ...fetched.filter((event) => !shown.has(event.id))]
}

function stampStyleOf(from: string, to: string): StampStyle {
  const now = Date.now()
  const [fromMs, toMs] = [resolveTime(from, now) ?? now, resolveTime(to, now) ?? now]
  if (toMs - fromMs > YEAR_MS || new Date(toMs).getFullYear() !== new Date(now).getFullYear()) return 'year'
  return toMs - fromMs > DAY_MS || new Date(fromMs).toDateString() !== new Date(now).toDateString() ? 'day' : 'time'
}
