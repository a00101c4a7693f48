import { api as contract, type EventJson, routeUrl } from '@heartwood/protocol'
import { useMutation } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useApi } from '../../lib/api.tsx'

const POLL_MS = 2_000
const SOON_MS = 250
/** Imported files may be old; the first event counts whenever it happened. */
const EVER = '-36500d'

export function useMakeKey(project: string) {
  const api = useApi()
  return useMutation({ mutationFn: () => api.createKey({ body: { project, scope: 'ingest', name: 'First steps' } }) })
}

interface FirstEvent {
  /** Pushed by the live tail as soon as the server has taken it, or found by a search. */
  event: EventJson | undefined
  /** It can be searched for: the tail is ahead of the store by up to a second. */
  stored: boolean
}

/** The newest event of a project as soon as it has one. */
export function useFirstEvent(project: string): FirstEvent {
  const api = useApi()
  const [pushed, setPushed] = useState<EventJson>()
  const [found, setFound] = useState<EventJson>()
  const waits = found === undefined
  const soon = pushed !== undefined
  useEffect(() => {
    if (soon || !waits) return
    const source = new EventSource(routeUrl(contract.tail, { query: { project, q: '' } }))
    source.addEventListener('event', (message) => {
      const parsed = contract.tail.response.safeParse(JSON.parse(message.data))
      if (parsed.success) setPushed(parsed.data)
    })
    return () => source.close()
  }, [project, soon, waits])
  useEffect(() => {
    if (!waits) return
    const stop = new AbortController()
    const look = (): void => {
      api.search({ query: { project, from: EVER, limit: 1 }, signal: stop.signal }).then(
        (page) => page.events[0] && setFound(page.events[0]),
        () => undefined,
      )
    }
    look()
    const timer = setInterval(look, soon ? SOON_MS : POLL_MS)
    return () => {
      stop.abort()
      clearInterval(timer)
    }
  }, [api, project, soon, waits])
  return { event: pushed ?? found, stored: !waits }
}
