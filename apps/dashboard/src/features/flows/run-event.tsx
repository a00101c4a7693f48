import { Link } from '@tanstack/react-router'
import { useId } from 'react'
import { formatStamp } from '../../lib/format.ts'
import { Icon } from '../../ui/icons.tsx'
import { TrackFacts, TrackItem } from '../../ui/track.tsx'
import { EventData } from '../logs/event-data.tsx'
import { logsAt } from '../logs/log-link.ts'
import { NO_MESSAGE, rowText } from '../logs/model/row-text.ts'
import { StepNumber } from './flow-parts.tsx'
import classes from './flows.module.css'
import type { RunEvent } from './flows-api.ts'

interface RunEventLineProps {
  project: string
  line: RunEvent
  first: boolean
  open: boolean
  onToggle: () => void
}

/** One event of a run; pressed, it shows its data. */
export function RunEventLine({ project, line, first, open, onToggle }: RunEventLineProps) {
  const { event, offsetMs, deltaMs } = line
  const panel = useId()
  const stamp = formatStamp(event.timestamp)
  return (
    <TrackItem offsetMs={offsetMs} when={`${stamp.full}\n${stamp.utc}`} level={event.level}>
      <button type="button" className={classes.event} aria-expanded={open} aria-controls={open ? panel : undefined} onClick={onToggle}>
        <StepNumber step={event.stepIndex} />
        <span className={`mono ${classes.message}`}>{rowText(event).text || NO_MESSAGE}</span>
        <TrackFacts level={event.level} service={event.service} sinceMs={first ? undefined : deltaMs} />
        <Icon name={open ? 'down' : 'right'} size={12} />
      </button>
      {open && (
        <div id={panel} className={classes.data}>
          <EventData event={event} />
          <Link to="/p/$project/logs" params={{ project }} search={logsAt(event)} className={classes.toLog}>
            Open this event in Logs
          </Link>
        </div>
      )}
    </TrackItem>
  )
}
