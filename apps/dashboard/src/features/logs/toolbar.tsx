import { ActionIcon, Button, Checkbox, Popover, TextInput, Tooltip } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { usePreference } from '../../state/preferences.ts'
import { Icon } from '../../ui/icons.tsx'
import { ExportMenu } from './export-menu.tsx'
import classes from './logs.module.css'
import { type Scope, useFieldNames } from './logs-api.ts'

interface ToolbarProps {
  scope: Scope
  columns: readonly string[]
  facetsShown: boolean
  summary: ReactNode
  onColumns: (columns: readonly string[]) => void
  onShowFacets: () => void
}

/** What there is to say about the rows below, and how they are shown. */
export function Toolbar({ scope, columns, facetsShown, summary, onColumns, onShowFacets }: ToolbarProps) {
  const [wrap, setWrap] = usePreference('wrap')
  const [density, setDensity] = usePreference('density')
  return (
    <div className={classes.toolbar}>
      <div className={classes.summary}>{summary}</div>
      <Button variant="default" size="xs" leftSection={<Icon name="filter" size={14} />} aria-expanded={facetsShown} onClick={onShowFacets}>
        Filters
      </Button>
      <ColumnPicker scope={scope} columns={columns} onColumns={onColumns} />
      <Tooltip label="Wrap long messages">
        <ActionIcon aria-label="Wrap long messages" aria-pressed={wrap} variant={wrap ? 'light' : 'subtle'} onClick={() => setWrap(!wrap)}>
          <Icon name="wrap" />
        </ActionIcon>
      </Tooltip>
      <Tooltip label={density === 'compact' ? 'More room' : 'More rows'}>
        <ActionIcon
          className={classes.wideOnly ?? ''}
          aria-label="More room between rows"
          aria-pressed={density === 'comfortable'}
          variant={density === 'comfortable' ? 'light' : 'subtle'}
          onClick={() => setDensity(density === 'compact' ? 'comfortable' : 'compact')}
        >
          <Icon name="rows" />
        </ActionIcon>
      </Tooltip>
      <ExportMenu scope={scope} columns={columns} />
    </div>
  )
}

function ColumnPicker({ scope, columns, onColumns }: { scope: Scope; columns: readonly string[]; onColumns: (columns: readonly string[]) => void }) {
  const [opened, setOpened] = useState(false)
  const [text, setText] = useState('')
  const names = useFieldNames(scope, opened)
  const wanted = text.trim().toLowerCase()
  const all = [...new Set([...columns, ...(names.data ?? []).map((field) => field.name)])].filter(
    (name) => !['timestamp', 'level', 'message'].includes(name) && name.toLowerCase().includes(wanted),
  )
  const toggle = (name: string): void => onColumns(columns.includes(name) ? columns.filter((column) => column !== name) : [...columns, name])
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" width={260} trapFocus returnFocus>
      <Popover.Target>
        <Button
          className={classes.wideOnly ?? ''}
          variant="subtle"
          color="gray"
          size="xs"
          leftSection={<Icon name="columns" size={14} />}
          onClick={() => setOpened(!opened)}
        >
          Columns
        </Button>
      </Popover.Target>
      <Popover.Dropdown p={8} aria-label="Columns">
        <TextInput
          aria-label="Find a field"
          placeholder="Find a field"
          size="xs"
          data-autofocus
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <div className={classes.columnList}>
          {all.slice(0, 80).map((name) => (
            <Checkbox
              key={name}
              size="xs"
              label={<span className="mono">{name}</span>}
              checked={columns.includes(name)}
              onChange={() => toggle(name)}
            />
          ))}
        </div>
      </Popover.Dropdown>
    </Popover>
  )
}
