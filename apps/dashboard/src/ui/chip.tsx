import type { ReactNode } from 'react'
import classes from './chip.module.css'

interface ChipProps {
  /** It stays chosen until it is pressed again; absent where a press only leads on. */
  pressed?: boolean
  disabled?: boolean
  title?: string
  onPress: () => void
  children: ReactNode
}

/** A value with its count, to narrow a page by. */
export function Chip({ pressed, disabled = false, title, onPress, children }: ChipProps) {
  return (
    <button type="button" className={classes.chip} aria-pressed={pressed} disabled={disabled} title={title} onClick={onPress}>
      {children}
    </button>
  )
}

/** Chips that belong together. */
export function Chips({ label, children }: { label: string; children: ReactNode }) {
  return (
    <fieldset className={classes.chips} aria-label={label}>
      {children}
    </fieldset>
  )
}
