import { api as contract, type EventJson, routeUrl } from '@heartwood/protocol'
import { useMutation } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useApi } from '../../lib/api.tsx'

const POLL_MS = 2_000
/** Imported files may be old; the first event counts whenever it happened. */
const EVER = '-3650d'

export function useMakeKey(project: string) {
  const api = useApi()
  return useMutation({ mutationFn: () => api.createKey({ body: { project, scope: 'ingest', name: 'First steps' } }) })
}

/** The newest event of a project as soon as it has one: pushed by the live tail, and looked for every two seconds. */
export function useFirstEvent(project: string): EventJson | undefined {
  const api = useApi()
  const [event, setEvent] = useState<EventJson>()
  const found = event !== undefined
  useEffect(() => {
    if (found) return
    const stop = new AbortController()
    const source = new EventSource(routeUrl(contract.tail, { query: { project, q: '' } }))
    source.addEventListener('event', (message) => {
      const parsed = contract.tail.response.safeParse(JSON.parse(message.data))
      if (parsed.success) setEvent(parsed.data)
    })
    const look = (): void => {
      api.search({ query: { project, from: EVER, limit: 1 }, signal: stop.signal }).then(
        (page) => page.events[0] && setEvent(page.events[0]),
        () => undefined,
      )
    }
    look()
    const timer = setInterval(look, POLL_MS)
    return () => {
      source.close()
      stop.abort()
      clearInterval(timer)
    }
  }, [api, project, found])
  return event
}
