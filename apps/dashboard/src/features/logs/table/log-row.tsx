// biome-ignore-all lint/a11y/useSemanticElements: a virtual treegrid stands on positioned blocks, not on table elements.
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus and names its active row.
import type { EventJson } from '@heartwood/protocol'
import { memo } from 'react'
import { formatStamp } from '../../../lib/format.ts'
import { LevelMark } from '../../../ui/level-mark.tsx'
import { readField, showValue } from '../model/columns.ts'
import classes from './log-table.module.css'

interface LogRowProps {
  event: EventJson
  index: number
  columns: readonly string[]
  withDate: boolean
  active: boolean
  open: boolean
  onToggle: (index: number) => void
}

const MESSAGE_SHOWN = 2_000

/** One line of the table. Remembered, because thousands pass by while scrolling. */
export const LogRow = memo(function LogRow({ event, index, columns, withDate, active, open, onToggle }: LogRowProps) {
  const stamp = formatStamp(event.timestamp)
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the table has the focus and moves the active row; Enter opens it.
    <div
      id={`row-${event.id}`}
      role="row"
      aria-rowindex={index + 2}
      aria-level={1}
      aria-expanded={open}
      aria-selected={active}
      className={classes.row}
      data-level={event.level}
      data-active={active || undefined}
      data-open={open || undefined}
      onClick={() => !hasSelection() && onToggle(index)}
    >
      <span role="gridcell" className={classes.time} title={`${stamp.full}\n${stamp.utc}`}>
        {withDate ? `${stamp.date.slice(5)} ${stamp.time}` : stamp.time}
      </span>
      <span role="gridcell" className={classes.level}>
        <LevelMark level={event.level} />
      </span>
      {columns.map((name) => {
        const text = showValue(readField(event, name))
        return (
          <span key={name} role="gridcell" className={classes.cell} title={text}>
            {text}
          </span>
        )
      })}
      <span role="gridcell" className={classes.message}>
        {event.message.length > MESSAGE_SHOWN ? `${event.message.slice(0, MESSAGE_SHOWN)}…` : event.message}
      </span>
    </div>
  )
})

/** Someone who marks text with the mouse does not mean to open the row. */
const hasSelection = (): boolean => (window.getSelection()?.toString() ?? '') !== ''
