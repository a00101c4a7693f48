import { ActionIcon, Button, Tooltip } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { formatAgo, formatDuration, formatShort, formatStamp, formatWhole } from '../../lib/format.ts'
import { rangeUpTo, widenRange } from '../../state/time-range.ts'
import { useCopy } from '../../ui/copy.tsx'
import { Icon } from '../../ui/icons.tsx'
import { EmptyState } from '../../ui/states.tsx'
import { type Scope, useHistogram, useNewest } from './logs-api.ts'
import type { LogsState } from './model/logs-state.ts'

/** How many events match, and what it took to find the first. */
export function Summary({ scope, elapsedMs, rowsRead }: { scope: Scope; elapsedMs: number; rowsRead: number }) {
  const { data } = useHistogram(scope)
  return (
    <>
      {data && (
        <span>
          <b>
            {data.partial ? '≥ ' : ''}
            {formatWhole(data.total)}
          </b>{' '}
          {data.total === 1 ? 'event' : 'events'}
        </span>
      )}
      <span className="muted" title={`${formatWhole(rowsRead)} rows read`}>
        {formatDuration(elapsedMs)}, {formatShort(rowsRead)} rows read
      </span>
    </>
  )
}

interface NothingProps {
  project: string
  state: LogsState
  faulty: boolean
  onChange: (patch: Partial<LogsState>) => void
}

export function UnreadableQuery() {
  return <EmptyState title="The query cannot be read yet">What is wrong is underlined above.</EmptyState>
}

/** No rows: why that may be, and what to try. */
export function Nothing({ project, state, faulty, onChange }: NothingProps) {
  const { data: newest, isPending } = useNewest(project, state.q, !faulty)
  if (faulty) return <UnreadableQuery />
  const nowMs = Date.now()
  if (newest === null && state.q === '') {
    return (
      <EmptyState
        title="No events yet"
        ways={<Button renderRoot={(props) => <Link {...props} to="/p/$project/start" params={{ project }} />}>Send the first event</Button>}
      >
        <p>
          {state.live ? 'They appear here as they arrive.' : 'Send some from a program, or import a log file; they are found here a moment later.'}
        </p>
      </EmptyState>
    )
  }
  return (
    <EmptyState
      title={state.q === '' ? 'Nothing happened in this range' : 'Nothing matches in this range'}
      ways={
        <>
          {typeof newest === 'number' && <Button onClick={() => onChange(rangeUpTo(newest, nowMs))}>Show the newest</Button>}
          {newest !== null && (
            <Button variant="default" onClick={() => onChange(widenRange(state, nowMs))}>
              Twice as wide
            </Button>
          )}
          {state.q !== '' && (
            <Button variant="default" onClick={() => onChange({ q: '' })}>
              Clear the query
            </Button>
          )}
        </>
      }
    >
      <p>{state.live ? 'New events will appear here as they arrive.' : isPending ? 'Looking further back…' : whenNewest(newest, state.q, nowMs)}</p>
    </EmptyState>
  )
}

function whenNewest(newest: number | null | undefined, q: string, nowMs: number): string {
  if (newest === undefined) return 'A wider range may find something.'
  if (newest === null) return 'No event of any other time does either. Fewer conditions may find something.'
  const stamp = new Date(newest).toISOString()
  return `The newest ${q === '' ? 'event' : 'match'} is from ${formatStamp(stamp).date}, ${formatAgo(stamp, nowMs)}.`
}

export function CopyLink({ link }: { link: () => string }) {
  const copy = useCopy()
  return (
    <Tooltip label="Copy a link to exactly this; relative times are fixed">
      <ActionIcon size={32} variant="default" aria-label="Copy link" onClick={() => void copy(link(), 'Link')}>
        <Icon name="link" />
      </ActionIcon>
    </Tooltip>
  )
}
