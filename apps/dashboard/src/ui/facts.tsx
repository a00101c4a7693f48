import type { ReactNode } from 'react'
import classes from './facts.module.css'

export interface Fact {
  name: string
  value: ReactNode
  /** Something to worry about. */
  bad?: boolean
}

/** A few numbers that sum a page up, each under its name; `big` for those that a page is looked at for. */
export function Facts({ facts, big = false }: { facts: readonly Fact[]; big?: boolean }) {
  return (
    <dl className={classes.facts} data-big={big || undefined}>
      {facts.map((fact) => (
        <div key={fact.name}>
          <dt>{fact.name}</dt>
          <dd data-bad={fact.bad || undefined}>{fact.value}</dd>
        </div>
      ))}
    </dl>
  )
}
