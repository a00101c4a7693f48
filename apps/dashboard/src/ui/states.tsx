import { Button } from '@mantine/core'
import type { ReactNode } from 'react'
import { toProblem } from '../lib/api.tsx'
import { Icon } from './icons.tsx'
import classes from './ui.module.css'

/** What happened, its code, and a way to try again. */
export function ErrorState({ title, error, onRetry }: { title: string; error: unknown; onRetry?: () => void }) {
  const problem = toProblem(error)
  return (
    <div className={classes.state} role="alert">
      <span className={classes.stateIcon} data-tone="failed">
        <Icon name="warn" size={20} />
      </span>
      <h2 className={classes.stateTitle}>{title}</h2>
      <p className={classes.stateText}>{problem.message}</p>
      <p className={classes.stateCode}>
        Code <code className="mono">{problem.code}</code>
      </p>
      {onRetry && (
        <Button variant="default" onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  )
}

interface EmptyStateProps {
  title: string
  /** Lines to start with. */
  example?: ReactNode
  /** Buttons that lead on. */
  ways?: ReactNode
  children?: ReactNode
}

/** Nothing to show: why, and what to do. */
export function EmptyState({ title, example, ways, children }: EmptyStateProps) {
  return (
    <div className={classes.state}>
      <h2 className={classes.stateTitle}>{title}</h2>
      <div className={classes.stateText}>{children}</div>
      {example && <div className={classes.example}>{example}</div>}
      {ways && <div className={classes.ways}>{ways}</div>}
    </div>
  )
}

/** Grey lines in the place of rows that are on their way. */
export function SkeletonRows({ rows, height = 26 }: { rows: number; height?: number }) {
  return (
    <div role="status" aria-label="Loading" className={classes.skeletons}>
      {Array.from({ length: rows }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines are all alike.
        <div key={index} className={classes.skeletonRow} style={{ height }}>
          <span style={{ width: `${35 + ((index * 37) % 50)}%` }} />
        </div>
      ))}
    </div>
  )
}

export function Notice({ tone = 'warn', children }: { tone?: 'warn' | 'failed'; children: ReactNode }) {
  return (
    <div className={classes.notice} data-tone={tone} role={tone === 'failed' ? 'alert' : 'status'}>
      <Icon name="warn" />
      <div>{children}</div>
    </div>
  )
}

/** Above an answer that is not whole: why. */
export function PartialNotice({ partial }: { partial: { message: string } | null | undefined }) {
  if (!partial) return null
  return (
    <div className={classes.partial}>
      <Notice>Not everything was looked at. {partial.message}</Notice>
    </div>
  )
}
