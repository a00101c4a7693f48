import type { EventJson } from '@heartwood/protocol'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { formatDuration, formatStamp } from '../../lib/format.ts'
import { formatOffset, TrackFacts, TrackItem } from '../../ui/track.tsx'
import { logsAt } from '../logs/log-link.ts'
import { NO_MESSAGE, rowText } from '../logs/model/row-text.ts'
import type { TimelineLine } from './model.ts'
import classes from './timeline.module.css'

interface TimelineRowProps {
  project: string
  /** What the timeline is of. */
  id: string
  line: TimelineLine
  first: boolean
  /** Show where it stands in time, and for how long. */
  strip: boolean
  /** Say the day, too: there are several. */
  dated: boolean
}

/** One event of the timeline, a link to its own page. */
export function TimelineRow({ project, id, line, first, strip, dated }: TimelineRowProps) {
  const { event, offsetMs, deltaMs, beganMs } = line
  const stamp = formatStamp(event.timestamp)
  const took = event.request?.durationMs
  return (
    <TrackItem offsetMs={offsetMs} when={`${stamp.full}\n${stamp.utc}`} level={event.level}>
      <div className={classes.line}>
        <EventLink project={project} id={id} event={event}>
          <span className={classes.kind} data-kind={event.kind}>
            {event.kind}
          </span>
          <span className={`mono ${classes.message}`}>{rowText(event).text || NO_MESSAGE}</span>
          <TrackFacts
            level={event.level}
            service={event.service}
            sinceMs={first ? undefined : deltaMs}
            clock={<time dateTime={event.timestamp}>{dated ? `${stamp.date.slice(5)} ${stamp.time.slice(0, 8)}` : stamp.time}</time>}
          />
          {strip && (
            <span
              className={classes.strip}
              data-level={event.level}
              title={took === undefined ? `At ${formatOffset(offsetMs)}` : `Took ${formatDuration(took)}, from ${formatOffset(beganMs)}`}
            >
              <span data-point={line.width === 0 || undefined} style={{ left: `${line.left * 100}%`, width: `${line.width * 100}%` }} />
            </span>
          )}
          <span className={classes.took} data-strip={strip || undefined}>
            {took === undefined ? '' : formatDuration(took)}
          </span>
        </EventLink>
      </div>
    </TrackItem>
  )
}

/** What the strips of all rows show: from when to when, linearly. */
export function StripAxis({ strip: { fromMs, toMs } }: { strip: { fromMs: number; toMs: number } }) {
  return (
    <div className={classes.axis} role="img" aria-label={`Bars show the time from ${formatOffset(fromMs)} to ${formatOffset(toMs)}, to scale`}>
      <span>{formatOffset(fromMs)}</span>
      <span>{formatOffset((fromMs + toMs) / 2)}</span>
      <span>{formatOffset(toMs)}</span>
    </div>
  )
}

/** A request opens on a page of its own, an event of a run that is looked at in that run, everything else in Logs. */
function EventLink({ project, id, event, children }: { project: string; id: string; event: EventJson; children: ReactNode }) {
  const request = event.kind === 'request' ? event.requestId : undefined
  if (request !== undefined && request !== id) {
    return (
      <Link to="/p/$project/timeline/$id" params={{ project, id: request }} className={classes.link}>
        {children}
      </Link>
    )
  }
  if (event.flowId === id) {
    return (
      <Link to="/p/$project/flows/run/$id" params={{ project, id }} search={{ open: event.id }} className={classes.link}>
        {children}
      </Link>
    )
  }
  return (
    <Link to="/p/$project/logs" params={{ project }} search={logsAt(event)} className={classes.link}>
      {children}
    </Link>
  )
}
