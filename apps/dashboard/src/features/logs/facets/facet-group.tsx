import { LEVELS } from '@heartwood/protocol'
import { TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useState } from 'react'
import { Icon } from '../../../ui/icons.tsx'
import { Count } from '../../../ui/stamp.tsx'
import { type Scope, useFacetSearch } from '../logs-api.ts'
import { clearField, clearValue, excludeValue, includeValue, onlyValue, readFilter } from '../model/query-edit.ts'
import classes from './facets.module.css'

interface FacetGroupProps {
  scope: Scope
  field: string
  values: readonly { value: string; count: number }[]
  /** There are more values than these. */
  full: boolean
  onQuery: (query: string) => void
  onRemove?: () => void
}

export function FacetGroup({ scope, field, values, full, onQuery, onRemove }: FacetGroupProps) {
  const [open, setOpen] = useState(true)
  const [searching, setSearching] = useState(false)
  const [text, setText] = useState('')
  const [wanted] = useDebouncedValue(text.trim(), 200)
  const search = useFacetSearch(scope, field, wanted)
  const { included, excluded } = readFilter(scope.q, field)
  const counted = wanted === '' ? values : (search.data ?? [])
  const chosen = [...included, ...excluded].filter((value) => !counted.some((entry) => entry.value === value))
  const shown = [...inOrder(field, counted), ...(wanted === '' ? chosen.map((value) => ({ value, count: 0 })) : [])]
  const most = Math.max(1, ...shown.map((entry) => entry.count))
  return (
    <section className={classes.group}>
      <div className={classes.head}>
        <button type="button" className={classes.name} aria-expanded={open} onClick={() => setOpen(!open)}>
          <Icon name={open ? 'down' : 'right'} size={12} />
          <span>{field}</span>
        </button>
        <span className={classes.headActions}>
          {included.length + excluded.length > 0 && (
            <button type="button" className={classes.small} onClick={() => onQuery(clearField(scope.q, field))}>
              Clear
            </button>
          )}
          {(full || searching) && (
            <button
              type="button"
              className={classes.icon}
              aria-label={`Search inside ${field}`}
              aria-pressed={searching}
              onClick={() => setSearching(!searching)}
            >
              <Icon name="search" size={13} />
            </button>
          )}
          {onRemove && (
            <button type="button" className={classes.icon} aria-label={`Remove ${field} from the list`} onClick={onRemove}>
              <Icon name="close" size={12} />
            </button>
          )}
        </span>
      </div>
      {open && searching && (
        <TextInput
          size="xs"
          mb={4}
          autoFocus
          aria-label={`Values of ${field} that contain`}
          placeholder="contains…"
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
      )}
      {open && (
        <ul className={classes.values}>
          {shown.map(({ value, count }) => {
            const state = included.includes(value) ? 'in' : excluded.includes(value) ? 'out' : undefined
            const dimmed = state === undefined && included.length > 0
            return (
              <li key={value} className={classes.value} data-state={state} data-dimmed={dimmed || undefined}>
                <button
                  type="button"
                  className={classes.pick}
                  aria-pressed={state === 'in'}
                  title={value === '' ? 'no value' : value}
                  onClick={() => onQuery(state ? clearValue(scope.q, field, value) : includeValue(scope.q, field, value))}
                >
                  <span className={classes.fill} style={{ width: `${(count / most) * 100}%` }} />
                  {field === 'level' && <span className={classes.dot} style={{ background: `var(--hw-bar-${value})` }} />}
                  <span className={classes.text}>{value === '' ? '(none)' : value}</span>
                  <span className={classes.count}>
                    <Count value={count} />
                  </span>
                </button>
                <span className={classes.actions}>
                  <button type="button" aria-label={`Only ${value}`} onClick={() => onQuery(onlyValue(scope.q, field, value))}>
                    only
                  </button>
                  <button type="button" aria-label={`Exclude ${value}`} title="Exclude" onClick={() => onQuery(excludeValue(scope.q, field, value))}>
                    <Icon name="minus" size={12} />
                  </button>
                </span>
              </li>
            )
          })}
          {shown.length === 0 && <li className={classes.none}>{wanted === '' ? 'No values here' : 'None contains that'}</li>}
        </ul>
      )}
    </section>
  )
}

/** Levels by severity, everything else as the server counts it. */
function inOrder(field: string, values: readonly { value: string; count: number }[]): { value: string; count: number }[] {
  if (field !== 'level') return [...values]
  const rank = (value: string): number => (LEVELS as readonly string[]).indexOf(value)
  return values.toSorted((a, b) => rank(b.value) - rank(a.value))
}
