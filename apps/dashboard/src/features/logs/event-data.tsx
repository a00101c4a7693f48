import type { EventJson } from '@heartwood/protocol'
import { ErrorPart } from './error/error-part.tsx'
import classes from './event-data.module.css'
import { showValue, toTree } from './model/columns.ts'

/** What an event carries besides its message: the error with its stack, and its attributes by their dotted names. To read, not to filter. */
export function EventData({ event }: { event: EventJson }) {
  const lines = toTree(event.attributes ?? {}).filter((line) => line.value !== undefined)
  return (
    <div className={classes.data}>
      <ErrorPart event={event} />
      {lines.length === 0 ? (
        <p className={classes.none}>No attributes were sent.</p>
      ) : (
        <dl className={classes.attributes}>
          {lines.map((line) => (
            <div key={line.path}>
              <dt>{line.path}</dt>
              <dd className="mono">{showValue(line.value)}</dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  )
}
