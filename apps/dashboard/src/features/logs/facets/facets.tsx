import { Button, Popover, TextInput } from '@mantine/core'
import { useState } from 'react'
import { usePreference } from '../../../state/preferences.ts'
import { Icon } from '../../../ui/icons.tsx'
import { SkeletonRows } from '../../../ui/states.tsx'
import { isFiltered, type Scope, useFacets, useFieldNames } from '../logs-api.ts'
import { toQueryFault } from '../query-fault.ts'
import { FacetGroup } from './facet-group.tsx'
import classes from './facets.module.css'

const ALWAYS = ['level', 'service', 'environment', 'host']
const SHOWN = 12

/** The sidebar: how the events that match spread over fields. Choosing a value edits the query. */
export function Facets({ scope, onQuery }: { scope: Scope; onQuery: (query: string) => void }) {
  const [extra, setExtra] = usePreference('facetFields')
  const fields = [...ALWAYS, ...extra]
  const { facets, pending, error, retry } = useFacets(scope, fields, SHOWN)
  if (toQueryFault(error)) return null
  const hasValues = (field: string): boolean => facets.some((facet) => facet.field === field && facet.values.length > 0)
  const shown = fields.filter((field) => hasValues(field) || extra.includes(field) || isFiltered(scope.q, field))
  if (error && facets.length === 0) {
    return (
      <p className={classes.failed}>
        The counts could not be read.
        <button type="button" className={classes.small} onClick={retry}>
          Try again
        </button>
      </p>
    )
  }
  return (
    <div className={classes.list}>
      {pending && facets.length === 0 ? (
        <SkeletonRows rows={14} height={24} />
      ) : (
        shown.map((field) => (
          <FacetGroup
            key={field}
            scope={scope}
            field={field}
            values={facets.find((facet) => facet.field === field)?.values ?? []}
            full={(facets.find((facet) => facet.field === field)?.values.length ?? 0) >= SHOWN}
            onQuery={onQuery}
            {...(ALWAYS.includes(field) ? {} : { onRemove: () => setExtra(extra.filter((name) => name !== field)) })}
          />
        ))
      )}
      <div className={classes.add}>
        <FieldPicker scope={scope} label="Add a field" taken={fields} onPick={(field) => setExtra([...extra, field])} />
      </div>
    </div>
  )
}

interface FieldPickerProps {
  scope: Scope
  label: string
  taken: readonly string[]
  onPick: (field: string) => void
}

/** A button that opens the names of the range to choose from; an unknown name can be typed. */
function FieldPicker({ scope, label, taken, onPick }: FieldPickerProps) {
  const [opened, setOpened] = useState(false)
  const [text, setText] = useState('')
  const names = useFieldNames(scope, opened)
  const wanted = text.trim().toLowerCase()
  const fitting = (names.data ?? []).filter((field) => !taken.includes(field.name) && field.name.toLowerCase().includes(wanted)).slice(0, 60)
  const pick = (field: string): void => {
    setOpened(false)
    setText('')
    onPick(field)
  }
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-start" width={260} trapFocus returnFocus>
      <Popover.Target>
        <Button variant="subtle" color="gray" size="xs" leftSection={<Icon name="plus" size={14} />} onClick={() => setOpened(!opened)}>
          {label}
        </Button>
      </Popover.Target>
      <Popover.Dropdown p={8} aria-label={label}>
        <TextInput
          aria-label="Name of the field"
          placeholder="Name of the field"
          size="xs"
          value={text}
          data-autofocus
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            const name = fitting[0]?.name ?? text.trim()
            if (event.key === 'Enter' && name !== '') pick(name)
          }}
        />
        <div className={classes.names}>
          {fitting.map((field) => (
            <button key={field.name} type="button" onClick={() => pick(field.name)}>
              <span className="mono">{field.name}</span>
              <span>{field.type}</span>
            </button>
          ))}
          {names.isSuccess && fitting.length === 0 && <p className={classes.none}>No such field in this range.</p>}
        </div>
      </Popover.Dropdown>
    </Popover>
  )
}
