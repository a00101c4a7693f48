import type { EventJson } from '@heartwood/protocol'
import { Breadcrumbs } from './error/breadcrumbs.tsx'
import { ErrorPart } from './error/error-part.tsx'
import classes from './event-data.module.css'
import { readBreadcrumbs } from './model/breadcrumbs.ts'
import { showValue, toTree } from './model/columns.ts'

/** What an event carries besides its message: the error with its stack and what led to it, and its attributes by their dotted names. To read, not to filter. */
export function EventData({ event }: { event: EventJson }) {
  const lines = toTree(event.attributes ?? {}).filter((line) => line.value !== undefined)
  const crumbs = readBreadcrumbs(event)
  return (
    <div className={classes.data}>
      <ErrorPart key={event.id} event={event} />
      {crumbs && <Breadcrumbs key={event.id} crumbs={crumbs} />}
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
