import type { Level } from '@heartwood/protocol'
import classes from './level-mark.module.css'

/** A level: its colour, and always its name. */
export function LevelMark({ level }: { level: Level }) {
  return (
    <span className={classes.mark} data-level={level}>
      {level}
    </span>
  )
}
