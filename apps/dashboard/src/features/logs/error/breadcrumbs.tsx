import { useState } from 'react'
import { formatStamp } from '../../../lib/format.ts'
import { LevelMark } from '../../../ui/level-mark.tsx'
import { formatOffset } from '../../../ui/track.tsx'
import type { Crumb } from '../model/breadcrumbs.ts'
import classes from './breadcrumbs.module.css'

/** The last ones tell most; the others are a press away. */
const SHOWN = 12

/** What happened before an error, up to it. */
export function Breadcrumbs({ crumbs }: { crumbs: readonly Crumb[] }) {
  const [all, setAll] = useState(false)
  const hidden = all ? 0 : Math.max(0, crumbs.length - SHOWN)
  return (
    <section className={classes.part} aria-label="Breadcrumbs">
      <h2>
        Breadcrumbs <span className={classes.count}>{crumbs.length}</span>
      </h2>
      {hidden > 0 && (
        <button type="button" className={classes.more} onClick={() => setAll(true)}>
          Show {hidden} earlier
        </button>
      )}
      <ol className={classes.crumbs}>
        {crumbs.slice(hidden).map((crumb, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: crumbs have no ids; earlier ones come before all others at once.
          <CrumbLine key={index + hidden} crumb={crumb} />
        ))}
      </ol>
    </section>
  )
}

function CrumbLine({ crumb: { offsetMs, stamp, category, message, level, data } }: { crumb: Crumb }) {
  const when = stamp === undefined ? undefined : formatStamp(stamp)
  return (
    <li className={classes.crumb} data-level={level}>
      <time className={classes.when} dateTime={stamp} title={when && `${when.full}\n${when.utc}`}>
        {offsetMs === undefined ? '' : formatOffset(offsetMs)}
      </time>
      <span className={classes.dot} aria-hidden="true" />
      <span className={classes.category} title={category}>
        {category}
      </span>
      <span className={classes.level}>{level && <LevelMark level={level} />}</span>
      <span className={`mono ${classes.message}`}>
        {message}
        {data !== '' && <span className={classes.data}> {data}</span>}
      </span>
    </li>
  )
}
