import type { ReactNode } from 'react'
import classes from './legend.module.css'

/** A spot of a colour of the theme (`--hw-bar-warn`), beside the name of what has that colour. */
export function Swatch({ colour }: { colour: string }) {
  return <span className={classes.swatch} style={{ background: `var(${colour})` }} aria-hidden="true" />
}

/** What the colours of a picture stand for. */
export function Legend({ label, entries }: { label: string; entries: readonly { name: string; colour: string; text?: ReactNode }[] }) {
  return (
    <ul className={classes.legend} aria-label={label}>
      {entries.map(({ name, colour, text = name }) => (
        <li key={name}>
          <Swatch colour={colour} />
          {text}
        </li>
      ))}
    </ul>
  )
}
