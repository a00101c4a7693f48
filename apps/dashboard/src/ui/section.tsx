import type { ReactNode } from 'react'
import classes from './section.module.css'

interface SectionProps {
  title: string
  /** Its name where the title is too short for one. */
  label?: string
  /** What the title leaves open, in a few words. */
  lead?: ReactNode
  /** At the end of the line of the title: what its contents are chosen by, or a key to their colours. */
  tools?: ReactNode
  children: ReactNode
}

/** A part of a page under a title of its own. */
export function Section({ title, label = title, lead, tools, children }: SectionProps) {
  return (
    <section aria-label={label} className={classes.section}>
      <SectionHead title={title} lead={lead} tools={tools} />
      {children}
    </section>
  )
}

/** The line above a table: its title, if it has one, then a few words and tools. */
export function SectionHead({ title, lead, tools }: { title?: string; lead?: ReactNode; tools?: ReactNode }) {
  return (
    <div className={classes.head}>
      {title !== undefined && <h2>{title}</h2>}
      {lead && <span className={classes.lead}>{lead}</span>}
      {tools && <div className={classes.tools}>{tools}</div>}
    </div>
  )
}
