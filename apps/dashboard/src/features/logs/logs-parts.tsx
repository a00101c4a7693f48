import { ActionIcon, Button, Tooltip } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { formatDuration, formatShort, formatWhole } from '../../lib/format.ts'
import { widenRange } from '../../state/time-range.ts'
import { useCopy } from '../../ui/copy.tsx'
import { Icon } from '../../ui/icons.tsx'
import { EmptyState } from '../../ui/states.tsx'
import classes from './logs.module.css'
import { type Scope, useHistogram } from './logs-api.ts'
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

/** No rows: why that may be, and what to try. */
export function Nothing({ project, state, faulty, onChange }: NothingProps) {
  if (faulty) return <EmptyState title="The query cannot be read yet">What is wrong is underlined above.</EmptyState>
  return (
    <EmptyState title={state.q === '' ? 'Nothing happened in this range' : 'Nothing matches'}>
      <p>{state.live ? 'New events will appear here as they arrive.' : 'A wider range or fewer conditions may find something.'}</p>
      {state.q === '' && (
        <p>
          Nothing at all yet?{' '}
          <Link to="/p/$project/start" params={{ project }}>
            Send the first event
          </Link>
        </p>
      )}
      <div className={classes.ways}>
        <Button variant="default" onClick={() => onChange(widenRange(state, Date.now()))}>
          Twice as wide
        </Button>
        <Button variant="default" onClick={() => onChange({ from: '-30d', to: 'now' })}>
          Last 30 days
        </Button>
        {state.q !== '' && (
          <Button variant="default" onClick={() => onChange({ q: '' })}>
            Clear the query
          </Button>
        )}
      </div>
    </EmptyState>
  )
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
