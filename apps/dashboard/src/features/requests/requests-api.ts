import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useApi } from '../../lib/api.tsx'
import type { RequestsState } from './model.ts'

/** What all parts of the page ask about. `tick` changes when someone refreshes. */
export interface RequestScope {
  project: string
  filter: Pick<RequestsState, 'q' | 'from' | 'to'> & { service?: string; method?: string; route?: string }
  tick: number
}

const BUCKETS = 60

/** A filter that is not set is left out, so that a route or a service without a name is not asked for. */
export const toScope = (project: string, { q, from, to, service, method, route }: RequestsState, tick: number): RequestScope => ({
  project,
  filter: { q, from, to, ...(service && { service }), ...(method && { method }), ...(route && { route }) },
  tick,
})

export function useRequestChart(scope: RequestScope) {
  const api = useApi()
  const { project, filter } = scope
  return useQuery({
    queryKey: ['requests', 'chart', scope],
    queryFn: async ({ signal }) => ({
      ...(await api.requestChart({ query: { project, ...filter, buckets: BUCKETS }, signal })),
      askedMs: Date.now(),
      from: filter.from,
      to: filter.to,
    }),
    placeholderData: keepPreviousData,
  })
}

export function useRequestRoutes(scope: RequestScope) {
  const api = useApi()
  const { project, filter } = scope
  return useQuery({
    queryKey: ['requests', 'routes', scope],
    queryFn: ({ signal }) => api.requestRoutes({ query: { project, ...filter, limit: 500 }, signal }),
    placeholderData: keepPreviousData,
  })
}

export function useSlowest(scope: RequestScope) {
  const api = useApi()
  const { project, filter } = scope
  return useQuery({
    queryKey: ['requests', 'slowest', scope],
    queryFn: ({ signal }) => api.slowestRequests({ query: { project, ...filter, limit: 20 }, signal }),
    placeholderData: keepPreviousData,
  })
}

/** Services that served requests in the range, whatever else is filtered for; the busiest first. */
export function useRequestServices(project: string, from: string, to: string) {
  const api = useApi()
  return useQuery({
    queryKey: ['requests', 'services', project, from, to],
    queryFn: async ({ signal }) =>
      (await api.values({ query: { project, q: 'kind:request', from, to, field: 'service', limit: 100 }, signal })).values.map(({ value }) => value),
    staleTime: 60_000,
    placeholderData: keepPreviousData,
  })
}
