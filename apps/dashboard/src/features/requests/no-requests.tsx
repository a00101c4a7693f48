import { Button } from '@mantine/core'
import { widenRange } from '../../state/time-range.ts'
import { CodeBlock } from '../../ui/copy.tsx'
import { EmptyState } from '../../ui/states.tsx'
import type { RequestsState } from './model.ts'

interface NoRequestsProps {
  address: string
  state: RequestsState
  onChange: (patch: Partial<RequestsState>) => void
}

/** Nothing to show: what was filtered away, or how a program sends requests. */
export function NoRequests({ address, state, onChange }: NoRequestsProps) {
  const isFiltered = [state.q, state.service, state.method, state.route].some((text) => text !== '')
  const wider = (
    <Button variant="default" onClick={() => onChange(widenRange(state, Date.now()))}>
      Twice as wide
    </Button>
  )
  if (isFiltered) {
    return (
      <EmptyState
        title="No request matches in this range"
        ways={
          <>
            <Button onClick={() => onChange({ q: '', service: '', method: '', route: '' })}>Clear the filters</Button>
            {wider}
          </>
        }
      />
    )
  }
  const lines = [
    `curl ${address}/ingest \\`,
    `  -H 'Authorization: Bearer KEY' -d '{`,
    `  "kind":"request","service":"shop","requestId":"r-7f3a",`,
    `  "request":{"method":"GET","path":"/orders/7",`,
    `             "status":200,"durationMs":31.2}}'`,
  ]
  return (
    <EmptyState
      title="No requests in this range"
      example={<CodeBlock label="Lines that send a request" text={lines.join('\n')} />}
      ways={
        <>
          <Button variant="default" onClick={() => onChange({ from: '-7d', to: 'now' })}>
            Look at the last 7 days
          </Button>
          {wider}
        </>
      }
    >
      <p>
        Let your program send an event of the kind “request” for each one that it served: method, path, status, how long it took. Paths are grouped
        into routes (/orders/7 is /orders/:id) unless you name the route yourself.
      </p>
    </EmptyState>
  )
}
