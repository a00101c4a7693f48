import type { Level } from '@heartwood/protocol'
import type { ReactNode } from 'react'
import { formatDuration } from '../lib/format.ts'
import { Icon } from './icons.tsx'
import { LevelMark } from './level-mark.tsx'
import classes from './track.module.css'

/** Things that happened one after another, from the top down. */
export function Track({ label, children }: { label: string; children: ReactNode }) {
  return (
    <ol className={classes.track} aria-label={label}>
      {children}
    </ol>
  )
}

interface TrackItemProps {
  /** Milliseconds since the first; absent where nothing happened. */
  offsetMs?: number | undefined
  /** When, in full, for the pointer. */
  when?: string
  /** Colours the mark on the line. */
  level?: Level
  children: ReactNode
}

export function TrackItem({ offsetMs, when, level, children }: TrackItemProps) {
  return (
    <li className={classes.item} data-level={level} data-hollow={level === undefined || undefined}>
      <span className={classes.offset} title={when}>
        {offsetMs === undefined ? '' : formatOffset(offsetMs)}
      </span>
      <span className={classes.dot} aria-hidden="true" />
      <div className={classes.content}>{children}</div>
    </li>
  )
}

interface TrackFactsProps {
  level: Level
  service: string | undefined
  /** Milliseconds since the event before; absent for the first. */
  sinceMs: number | undefined
  /** The time of day, where there is room for it. */
  clock?: ReactNode
}

/** What each line says of its event beside the message, in columns. */
export function TrackFacts({ level, service, sinceMs, clock }: TrackFactsProps) {
  return (
    <span className={classes.facts} data-clock={clock !== undefined || undefined}>
      {clock !== undefined && <span className={classes.clock}>{clock}</span>}
      <LevelMark level={level} />
      <span className={classes.service} title={service}>
        {service}
      </span>
      <span className={classes.since} title="Since the event before">
        {sinceMs === undefined ? '' : `+${formatDuration(sinceMs)}`}
      </span>
    </span>
  )
}

/** A pause that is long beside the others. */
export function TrackGap({ ms }: { ms: number }) {
  return (
    <li className={classes.item} data-gap="">
      <span className={classes.offset} />
      <span className={classes.dot} aria-hidden="true" />
      <div className={classes.gap}>
        <Icon name="clock" size={12} />
        {formatDuration(ms)} without an event
      </div>
    </li>
  )
}

/** `+1.4 s`; the beginning is 0. */
export const formatOffset = (ms: number): string => (ms === 0 ? '0' : `${ms < 0 ? '−' : '+'}${formatDuration(Math.abs(ms))}`)
