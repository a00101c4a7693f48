import { type ApiClient, LIMITS } from '@heartwood/protocol'
import { ActionIcon, Button, Menu } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import { toProblem, useApi } from '../../lib/api.tsx'
import { saveFile } from '../../lib/download.ts'
import { formatWhole, plural } from '../../lib/format.ts'
import { freezeRange } from '../../state/time-range.ts'
import { Icon } from '../../ui/icons.tsx'
import { useNotify } from '../../ui/toasts.tsx'
import { type Scope, useHistogram } from './logs-api.ts'
import { rowFields } from './model/columns.ts'
import { collectEvents, EXPORT_EVENTS, rowsToCsv, rowsToJsonLines } from './model/export-rows.ts'

const FORMATS = {
  csv: { label: 'CSV, the columns shown', type: 'text/csv' },
  jsonl: { label: 'JSON lines, whole events', type: 'application/x-ndjson' },
} as const

/** Downloads all that matches, not only the rows that were scrolled to, up to a bound that it states. */
export function ExportMenu({ scope, columns }: { scope: Scope; columns: readonly string[] }) {
  const api = useApi()
  const notify = useNotify()
  const { data } = useHistogram(scope)
  const [fetched, setFetched] = useState<number>()
  const running = useRef<AbortController>(null)
  useEffect(() => () => running.current?.abort(), [])
  const total = data?.total ?? 0

  const download = async (format: keyof typeof FORMATS): Promise<void> => {
    const stop = new AbortController()
    running.current = stop
    setFetched(0)
    try {
      const { events, partial } = await collectEvents(pager(api, scope, format === 'csv' ? rowFields(columns) : '*', stop.signal), setFetched)
      const text = format === 'csv' ? rowsToCsv(events, columns) : rowsToJsonLines(events)
      saveFile(`logs-${scope.project}.${format}`, FORMATS[format].type, text)
      if (partial) notify(`The file has ${plural(events.length, 'event')}; not everything was looked at. ${partial}`, 'failed')
      else notify(`${plural(events.length, 'event')} downloaded`)
    } catch (error) {
      if (!stop.signal.aborted) notify(`Nothing was downloaded. ${toProblem(error).message}`, 'failed')
    }
    setFetched(undefined)
  }
  if (fetched !== undefined) {
    return (
      <Button size="xs" variant="default" aria-label="Cancel the download" onClick={() => running.current?.abort()}>
        {formatWhole(fetched)} of {formatWhole(Math.min(Math.max(total, fetched), EXPORT_EVENTS))} · Cancel
      </Button>
    )
  }
  return (
    <Menu position="bottom-end" width={260}>
      <Menu.Target>
        <ActionIcon aria-label="Download what matches" title="Download what matches" disabled={total === 0}>
          <Icon name="download" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {total > EXPORT_EVENTS ? `The newest ${formatWhole(EXPORT_EVENTS)} of ${formatWhole(total)} events` : `All ${plural(total, 'event')}`}
        </Menu.Label>
        {(['csv', 'jsonl'] as const).map((format) => (
          <Menu.Item key={format} onClick={() => void download(format)}>
            {FORMATS[format].label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}

/** Page after page of one fixed range, so that what arrives meanwhile moves nothing. `fields` are those that are written. */
function pager(api: ApiClient, { project, q, from, to }: Scope, fields: string, signal: AbortSignal) {
  const range = freezeRange({ from, to }, Date.now())
  return (cursor: string | undefined) => {
    const query = { project, q, ...range, limit: LIMITS.searchPage, fields, ...(cursor === undefined ? {} : { cursor }) }
    return api.search({ query, signal })
  }
}
