import { type ReactNode, useEffect } from 'react'
import classes from './ui.module.css'

/** A page's top bar and what is below it. */
export function Page({ title, actions, padded = false, children }: { title: string; actions?: ReactNode; padded?: boolean; children: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · Heartwood`
  }, [title])
  return (
    <div className={classes.page}>
      <header className={classes.bar}>
        <h1>{title}</h1>
        {actions}
      </header>
      <div className={classes.body} data-padded={padded || undefined}>
        {children}
      </div>
    </div>
  )
}
