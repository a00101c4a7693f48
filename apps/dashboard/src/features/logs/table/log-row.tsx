// biome-ignore-all lint/a11y/useSemanticElements: a virtual treegrid stands on positioned blocks, not on table elements.
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus and names its active row.
import type { EventJson } from '@heartwood/protocol'
import { Fragment, memo } from 'react'
import { formatStamp } from '../../../lib/format.ts'
import { LevelMark } from '../../../ui/level-mark.tsx'
import { readField, showValue } from '../model/columns.ts'
import { rowText } from '../model/row-text.ts'
import classes from './log-table.module.css'

/** As much of the date as the range needs. */
export type StampStyle = 'time' | 'day' | 'year'

interface LogRowProps {
  event: EventJson
  index: number
  columns: readonly string[]
  stampStyle: StampStyle
  /** What to mark in messages. */
  words: RegExp | undefined
  active: boolean
  open: boolean
  onToggle: (index: number) => void
}

/** One line of the table. Remembered, because thousands pass by while scrolling. */
export const LogRow = memo(function LogRow({ event, index, columns, stampStyle, words, active, open, onToggle }: LogRowProps) {
  const stamp = formatStamp(event.timestamp)
  const { text, isMessage } = rowText(event)
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
        {stampStyle !== 'time' && `${stamp.date.slice(stampStyle === 'year' ? 0 : 5)} `}
        {stamp.time}
      </span>
      <span role="gridcell">
        <LevelMark level={event.level} />
      </span>
      {columns.map((name) => {
        const value = showValue(readField(event, name))
        return (
          <span key={name} role="gridcell" className={classes.cell} title={value}>
            {value}
          </span>
        )
      })}
      <span role="gridcell" className={classes.message} data-instead={!isMessage || undefined}>
        {words && isMessage ? marked(text, words) : text || 'no message'}
      </span>
    </div>
  )
})

/** The text with every other piece, which is what was looked for, marked. */
const marked = (text: string, words: RegExp) =>
  text.split(words).map((piece, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of a text never move.
    <Fragment key={index}>{index % 2 === 1 ? <mark>{piece}</mark> : piece}</Fragment>
  ))

/** Someone who marks text with the mouse does not mean to open the row. */
const hasSelection = (): boolean => (window.getSelection()?.toString() ?? '') !== ''
