import { ActionIcon, Button, Menu, Popover, Tooltip } from '@mantine/core'
import { useHotkeys } from '@mantine/hooks'
import { lazy, Suspense, useCallback, useEffect, useState } from 'react'
import { usePreference } from '../../../state/preferences.ts'
import { Icon } from '../../../ui/icons.tsx'
import { type Scope, useCompletions } from '../logs-api.ts'
import classes from './query-bar.module.css'
import type { QueryFault } from './query-editor.tsx'
import { QUERY_HINT } from './query-hint.ts'
import { SyntaxHelp } from './syntax-help.tsx'

const QueryEditor = lazy(() => import('./query-editor.tsx').then((module) => ({ default: module.QueryEditor })))
const HISTORY = 30

interface QueryBarProps {
  scope: Scope
  fault: (QueryFault & { hint: string }) | undefined
  onSubmit: (query: string) => void
  onEscape: () => void
}

export function QueryBar({ scope, fault, onSubmit, onEscape }: QueryBarProps) {
  const [draft, setDraft] = useState(scope.q)
  const [early, setEarly] = useState(false)
  const [recent, setRecent] = usePreference('queryHistory')
  const completions = useCompletions(scope)
  useEffect(() => setDraft(scope.q), [scope.q])
  useHotkeys([['/', () => focusEditor()]])

  const submit = useCallback(
    (text: string): void => {
      const query = text.trim()
      if (query !== '') setRecent([query, ...recent.filter((entry) => entry !== query)].slice(0, HISTORY))
      setDraft(query)
      onSubmit(query)
    },
    [onSubmit, recent, setRecent],
  )
  const shownFault = fault && draft.trim() === scope.q.trim() ? fault : undefined
  return (
    <div className={classes.wrap}>
      <div className={classes.bar} data-fault={shownFault ? true : undefined}>
        <span className={classes.lens}>
          <Icon name="search" />
        </span>
        <Suspense fallback={<PlainInput value={draft} onChange={setDraft} onSubmit={submit} onFocus={() => setEarly(true)} />}>
          <QueryEditor
            value={draft}
            fault={shownFault}
            focus={early}
            names={completions.names}
            values={completions.values}
            onChange={setDraft}
            onSubmit={submit}
            onEscape={onEscape}
          />
        </Suspense>
        {draft !== '' && (
          <Tooltip label="Clear">
            <ActionIcon aria-label="Clear the query" onClick={() => submit('')}>
              <Icon name="close" size={14} />
            </ActionIcon>
          </Tooltip>
        )}
        <Menu position="bottom-end" width={420} disabled={recent.length === 0}>
          <Menu.Target>
            <ActionIcon aria-label="Earlier queries" title="Earlier queries" disabled={recent.length === 0}>
              <Icon name="clock" />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown mah={360} style={{ overflowY: 'auto' }}>
            <Menu.Label>Earlier queries</Menu.Label>
            {recent.map((query) => (
              <Menu.Item key={query} onClick={() => submit(query)}>
                <span className={`mono ${classes.recent}`}>{query}</span>
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
        <Popover position="bottom-end" width={440} trapFocus returnFocus>
          <Popover.Target>
            <ActionIcon aria-label="How to write a query" title="How to write a query">
              <Icon name="help" />
            </ActionIcon>
          </Popover.Target>
          <Popover.Dropdown aria-label="How to write a query" className={classes.help ?? ''}>
            <SyntaxHelp />
          </Popover.Dropdown>
        </Popover>
        <Button size="xs" onClick={() => submit(draft)} variant={draft.trim() === scope.q ? 'default' : 'filled'}>
          Search
        </Button>
      </div>
      {shownFault && (
        <div className={classes.fault} role="alert">
          <Icon name="warn" size={14} />
          <span>
            {shownFault.message.replace(/[.]?$/, '.')} <span className={classes.hint}>{shownFault.hint}</span>
          </span>
        </div>
      )}
    </div>
  )
}

/** Works until the editor is loaded, so that someone quick is not made to wait. */
function PlainInput({
  value,
  onChange,
  onSubmit,
  onFocus,
}: {
  value: string
  onChange: (text: string) => void
  onSubmit: (text: string) => void
  onFocus: () => void
}) {
  return (
    <input
      className={`mono ${classes.plain}`}
      aria-label="Query"
      placeholder={QUERY_HINT}
      value={value}
      onFocus={onFocus}
      onChange={(event) => onChange(event.currentTarget.value)}
      onKeyDown={(event) => event.key === 'Enter' && onSubmit(value)}
    />
  )
}

function focusEditor(): void {
  document.querySelector<HTMLElement>('[data-query-editor] .cm-content')?.focus()
}
