import type { EventJson } from '@heartwood/protocol'
import { Link } from '@tanstack/react-router'
import classes from './log-detail.module.css'

const TIMELINES = [
  { field: 'traceId', text: 'Trace' },
  { field: 'requestId', text: 'Request' },
  { field: 'sessionId', text: 'Session' },
  { field: 'userId', text: 'User' },
  { field: 'release', text: 'Release' },
] as const

/** To all that happened under the ids of an event. */
export function IdLinks({ project, event }: { project: string; event: EventJson }) {
  const present = TIMELINES.flatMap(({ field, text }) => (event[field] === undefined ? [] : [{ id: event[field], text }]))
  if (present.length === 0 && event.flowId === undefined) return null
  return (
    <nav className={classes.links} aria-label="Open what this event is part of">
      <span className="muted">Open</span>
      {event.flowId !== undefined && (
        <Link to="/p/$project/flows/run/$id" params={{ project, id: event.flowId }} search={{ open: event.id }} title={event.flowId}>
          Run
        </Link>
      )}
      {present.map(({ id, text }) => (
        <Link key={text} to="/p/$project/timeline/$id" params={{ project, id }} title={id}>
          {text}
        </Link>
      ))}
    </nav>
  )
}
