// biome-ignore-all lint/a11y/useSemanticElements: a virtual treegrid stands on positioned blocks, not on table elements.
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus and names its active row.
import type { EventJson } from '@heartwood/protocol'
import { useHotkeys, useMediaQuery } from '@mantine/hooks'
import { useVirtualizer } from '@tanstack/react-virtual'
import { type CSSProperties, type ReactNode, useCallback, useEffect, useRef, useState } from 'react'
import { Icon } from '../../../ui/icons.tsx'
import { LogRow, type StampStyle } from './log-row.tsx'
import classes from './log-table.module.css'

interface LogTableProps {
  rows: readonly EventJson[]
  columns: readonly string[]
  stampStyle: StampStyle
  words: RegExp | undefined
  wrap: boolean
  density: 'compact' | 'comfortable'
  openId: string
  stale: boolean
  more: 'none' | 'some' | 'loading' | 'failed'
  end: ReactNode
  renderDetail: (event: EventJson) => ReactNode
  onOpen: (event: EventJson | undefined) => void
  onMore: () => void
  onScrolled: (away: boolean) => void
  onRemoveColumn: (name: string) => void
}

const SMALL_ROW = 48
const STAMP_WIDTH: Record<StampStyle, number> = { time: 96, day: 140, year: 172 }
const COLUMN_WIDTH = 140
const MESSAGE_WIDTH = 360
const AHEAD = 60

/** The events, as many as have been fetched, with only those in sight in the page. `j` and `k` move, Enter opens. */
export function LogTable(props: LogTableProps) {
  const { rows, columns, wrap, openId, more, onMore, onOpen } = props
  const scroller = useRef<HTMLDivElement>(null)
  const small = useMediaQuery('(max-width: 700px)') ?? false
  const [active, setActive] = useState(-1)
  const rowHeight = small ? SMALL_ROW : props.density === 'compact' ? 26 : 32
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => (rows[index]?.id === openId ? rowHeight + 360 : rowHeight),
    getItemKey: (index) => rows[index]?.id ?? index,
    overscan: 12,
  })
  const items = virtual.getVirtualItems()
  const lastIndex = items[items.length - 1]?.index ?? 0
  useEffect(() => {
    if (more === 'some' && lastIndex >= rows.length - AHEAD) onMore()
  }, [more, lastIndex, rows.length, onMore])
  // biome-ignore lint/correctness/useExhaustiveDependencies: both change the height of rows that were measured before.
  useEffect(() => {
    virtual.measure()
    // In the next frame: until then the sizes that were just forgotten would count as unchanged.
    const frame = requestAnimationFrame(() => {
      for (const element of scroller.current?.querySelectorAll('[data-index]') ?? []) virtual.measureElement(element)
    })
    return () => cancelAnimationFrame(frame)
  }, [rowHeight, wrap, virtual])

  const latest = useRef({ rows, openId })
  latest.current = { rows, openId }
  const toggle = useCallback(
    (index: number): void => {
      const event = latest.current.rows[index]
      setActive(index)
      if (event) onOpen(event.id === latest.current.openId ? undefined : event)
    },
    [onOpen],
  )
  const move = (step: number): void => {
    const next = Math.min(rows.length - 1, Math.max(0, active + step))
    setActive(next)
    virtual.scrollToIndex(next)
    scroller.current?.focus({ preventScroll: true })
  }
  useHotkeys([
    ['j', () => move(1)],
    ['k', () => move(-1)],
  ])

  const timeWidth = STAMP_WIDTH[props.stampStyle]
  const template = small ? undefined : `${timeWidth}px 52px ${columns.map(() => `${COLUMN_WIDTH}px`).join(' ')} minmax(${MESSAGE_WIDTH}px, 1fr)`
  const narrowest = small ? 0 : timeWidth + 52 + columns.length * (COLUMN_WIDTH + 12) + MESSAGE_WIDTH + 60
  return (
    <div
      ref={scroller}
      className={classes.scroller}
      role="treegrid"
      aria-label="Events"
      aria-rowcount={more === 'none' ? rows.length + 1 : -1}
      aria-activedescendant={rows[active] ? `row-${rows[active].id}` : undefined}
      aria-busy={props.stale}
      data-wrap={wrap || undefined}
      data-stale={props.stale || undefined}
      tabIndex={0}
      style={{ '--columns': template, '--row': `${rowHeight}px`, '--narrowest': `${narrowest}px` } as CSSProperties}
      onScroll={(event) => props.onScrolled(event.currentTarget.scrollTop > rowHeight)}
      onKeyDown={(event) => {
        if (event.target !== event.currentTarget) return
        const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
        if (step !== 0) {
          event.preventDefault()
          move(step)
        }
        if (event.key === 'Enter' && active >= 0) toggle(active)
      }}
    >
      <div role="row" aria-rowindex={1} className={classes.header}>
        <span role="columnheader">timestamp</span>
        <span role="columnheader">level</span>
        {columns.map((name) => (
          <span key={name} role="columnheader" className={classes.headerCell}>
            <span title={name}>{name}</span>
            <button type="button" aria-label={`Remove the column ${name}`} onClick={() => props.onRemoveColumn(name)}>
              <Icon name="close" size={11} />
            </button>
          </span>
        ))}
        <span role="columnheader">message</span>
      </div>
      <div role="rowgroup" className={classes.rows} style={{ height: virtual.getTotalSize() }}>
        {items.map((item) => {
          const event = rows[item.index]
          if (!event) return null
          const open = event.id === openId
          return (
            <div
              key={item.key}
              role="presentation"
              data-index={item.index}
              ref={virtual.measureElement}
              className={classes.place}
              style={{ transform: `translateY(${item.start}px)` }}
            >
              <LogRow
                event={event}
                index={item.index}
                columns={columns}
                stampStyle={props.stampStyle}
                words={props.words}
                active={item.index === active}
                open={open}
                onToggle={toggle}
              />
              {open && (
                <div role="row" aria-level={2} className={classes.detail}>
                  <div role="gridcell">{props.renderDetail(event)}</div>
                </div>
              )}
            </div>
          )
        })}
      </div>
      <div className={classes.end} role="presentation">
        {props.end}
      </div>
    </div>
  )
}
