import { ActionIcon, Menu } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { useCopy } from '../../../ui/copy.tsx'
import { Icon } from '../../../ui/icons.tsx'
import classes from './log-detail.module.css'

export interface FieldActions {
  onInclude: (field: string, value: string) => void
  onExclude: (field: string, value: string) => void
  onAddColumn: (field: string) => void
}

interface FieldLineProps extends FieldActions {
  /** As the search language names it. */
  field: string
  label: string
  depth?: number
  /** Plain text of the value, to copy and to filter for. */
  text: string
  /** Lists and texts of great length can be copied but not filtered for. */
  filterable: boolean
  children: ReactNode
}

/** A field with its value and what can be done with it. */
export function FieldLine({ field, label, depth = 0, text, filterable, children, onInclude, onExclude, onAddColumn }: FieldLineProps) {
  const copy = useCopy()
  // The menu is built only once it is asked for: an event has dozens of lines.
  const [asked, setAsked] = useState(false)
  const button = (
    <ActionIcon size={22} className={classes.more ?? ''} aria-label={`What to do with ${field}`} onClick={() => setAsked(true)}>
      <Icon name="more" size={14} />
    </ActionIcon>
  )
  return (
    <div className={classes.line}>
      <span className={classes.label} style={{ paddingLeft: depth * 14 }} title={field}>
        {label}
      </span>
      <span className={classes.value}>{children}</span>
      <span className={classes.tools}>
        {filterable && (
          <>
            <ActionIcon size={22} aria-label={`Filter for this ${field}`} title="Filter for this" onClick={() => onInclude(field, text)}>
              <Icon name="plus" size={13} />
            </ActionIcon>
            <ActionIcon size={22} aria-label={`Exclude this ${field}`} title="Exclude this" onClick={() => onExclude(field, text)}>
              <Icon name="minus" size={13} />
            </ActionIcon>
          </>
        )}
        {asked ? (
          <Menu defaultOpened position="bottom-end" width={170} onClose={() => setAsked(false)}>
            <Menu.Target>{button}</Menu.Target>
            <Menu.Dropdown>
              {filterable && <Menu.Item onClick={() => onInclude(field, text)}>Filter for this</Menu.Item>}
              {filterable && <Menu.Item onClick={() => onExclude(field, text)}>Exclude this</Menu.Item>}
              <Menu.Item onClick={() => onAddColumn(field)}>Add as a column</Menu.Item>
              <Menu.Item onClick={() => void copy(text, 'Value')}>Copy the value</Menu.Item>
              <Menu.Item onClick={() => void copy(field, 'Name')}>Copy the name</Menu.Item>
            </Menu.Dropdown>
          </Menu>
        ) : (
          button
        )}
      </span>
    </div>
  )
}
