import { type ReactNode, useEffect } from 'react'
import classes from './ui.module.css'

interface PageProps {
  title: string
  /** A link to what this is a part of; stands before the title. */
  crumb?: ReactNode
  actions?: ReactNode
  /** The title is an id. */
  isId?: boolean
  padded?: boolean
  children: ReactNode
}

/** A page's top bar and what is below it. */
export function Page({ title, crumb, actions, isId = false, padded = false, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Heartwood`
  }, [title])
  return (
    <div className={classes.page}>
      <header className={classes.bar}>
        {crumb && <span className={classes.crumb}>{crumb}</span>}
        <h1 className={isId ? 'mono' : undefined} title={crumb ? title : undefined}>
          {title}
        </h1>
        {actions}
      </header>
      <div className={classes.body} data-padded={padded || undefined}>
        {children}
      </div>
    </div>
  )
}
