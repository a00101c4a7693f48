import { api as contract, type EventJson, routeUrl } from '@heartwood/protocol'
import { keepPreviousData, useInfiniteQuery, useQueries, useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useMemo } from 'react'
import { useApi } from '../../lib/api.tsx'
import { rowFields } from './model/columns.ts'
import { clearField, readFilter } from './model/query-edit.ts'

/** What all parts of the page ask about. `tick` changes when someone refreshes. */
export interface Scope {
  project: string
  q: string
  from: string
  to: string
  tick: number
}

const FIRST_PAGE = 200
const NEXT_PAGE = 1_000
const BUCKETS = 90
const EVER = '-36500d'

/** @param columns fields that the table shows as columns. */
export function useEvents(scope: Scope, columns: readonly string[]) {
  const api = useApi()
  const { project, q, from, to } = scope
  const fields = rowFields(columns)
  const result = useInfiniteQuery({
    queryKey: ['logs', 'events', scope, fields],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      api.search({
        query: { project, q, from, to, fields, limit: pageParam === '' ? FIRST_PAGE : NEXT_PAGE, ...(pageParam === '' ? {} : { cursor: pageParam }) },
        signal,
      }),
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: keepPreviousData,
  })
  const rows = useMemo(() => result.data?.pages.flatMap((page) => page.events) ?? [], [result.data])
  return { ...result, rows }
}

/** When the newest event that matches happened, however long ago; null when there is none. */
export function useNewest(project: string, q: string, enabled: boolean) {
  const api = useApi()
  return useQuery({
    queryKey: ['logs', 'newest', project, q],
    queryFn: async ({ signal }) => {
      const [event] = (await api.search({ query: { project, q, from: EVER, to: 'now', limit: 1, fields: 'service' }, signal })).events
      return event ? Date.parse(event.timestamp) : null
    },
    enabled,
    gcTime: 0,
  })
}

export function useHistogram(scope: Scope) {
  const api = useApi()
  const { project, q, from, to } = scope
  return useQuery({
    queryKey: ['logs', 'histogram', scope],
    queryFn: async ({ signal }) => ({
      ...(await api.histogram({ query: { project, q, from, to, buckets: BUCKETS }, signal })),
      askedMs: Date.now(),
      from,
      to,
    }),
    placeholderData: keepPreviousData,
  })
}

interface Facet {
  field: string
  values: { value: string; count: number }[]
}

/**
 * Counts for the sidebar. A field that the query filters on is counted without its own filter, so that its other values stay in
 * sight and can be added.
 */
export function useFacets(scope: Scope, fields: readonly string[], limit: number) {
  const api = useApi()
  const { project, q, from, to } = scope
  const filtered = fields.filter((field) => isFiltered(q, field))
  const plain = fields.filter((field) => !filtered.includes(field))
  const asks = [
    ...(plain.length > 0 ? [{ q, fields: plain.join(',') }] : []),
    ...filtered.map((field) => ({ q: clearField(q, field), fields: field })),
  ]
  return useQueries({
    queries: asks.map((ask) => ({
      queryKey: ['logs', 'facets', { ...scope, q: ask.q }, ask.fields, limit],
      queryFn: async ({ signal }: { signal: AbortSignal }) =>
        (await api.facets({ query: { project, from, to, limit, ...ask }, signal })).facets as Facet[],
      placeholderData: keepPreviousData,
    })),
    combine: (results) => ({
      facets: results.flatMap((result) => result.data ?? []),
      pending: results.some((result) => result.isPending),
      error: results.find((result) => result.error)?.error ?? null,
      retry: () => results.forEach((result) => void result.refetch()),
    }),
  })
}

/** The query says something about this field that the sidebar can show. */
export const isFiltered = (q: string, field: string): boolean => {
  const { included, excluded } = readFilter(q, field)
  return included.length + excluded.length > 0
}

export interface FieldName {
  name: string
  type: 'text' | 'number' | 'boolean' | 'level' | 'id' | 'list'
  column: boolean
  count: number
}

const fieldsKey = ({ project, from, to }: Omit<Scope, 'tick'>) => ['logs', 'fields', project, from, to]

/** All names that can be searched in the range: what occurs before what does not, columns first, then by how often. */
export function useFieldNames(scope: Scope, enabled = true) {
  const load = useFieldLoader(scope)
  return useQuery({ queryKey: fieldsKey(scope), queryFn: load, staleTime: 60_000, enabled, placeholderData: keepPreviousData })
}

function useFieldLoader({ project, from, to }: Omit<Scope, 'tick'>) {
  const api = useApi()
  return useCallback(
    async ({ signal }: { signal: AbortSignal }): Promise<FieldName[]> => {
      const { fields } = await api.fields({ query: { project, from, to }, signal })
      const occurs = (field: FieldName): number => Number(field.count > 0)
      return fields.toSorted((a, b) => occurs(b) - occurs(a) || Number(b.column) - Number(a.column) || b.count - a.count)
    },
    [api, project, from, to],
  )
}

/** What the editor completes: names, and values of a name that contain a text. */
export function useCompletions(scope: Scope) {
  const api = useApi()
  const client = useQueryClient()
  const load = useFieldLoader(scope)
  const { project, from, to } = scope
  const names = useCallback(
    () => client.fetchQuery({ queryKey: ['logs', 'fields', project, from, to], queryFn: load, staleTime: 60_000 }),
    [client, load, project, from, to],
  )
  const values = useCallback(
    (field: string, contains: string) =>
      client.fetchQuery({
        queryKey: ['logs', 'values', project, from, to, field, contains],
        queryFn: async ({ signal }) => (await api.values({ query: { project, from, to, field, contains, limit: 30 }, signal })).values,
        staleTime: 60_000,
      }),
    [client, api, project, from, to],
  )
  return useMemo(() => ({ names, values }), [names, values])
}

/** Values of one field among the events that match, for the search inside a facet. */
export function useFacetSearch(scope: Scope, field: string, contains: string) {
  const api = useApi()
  const { project, from, to } = scope
  const q = clearField(scope.q, field)
  return useQuery({
    queryKey: ['logs', 'facet-search', { ...scope, q }, field, contains],
    queryFn: async ({ signal }) => (await api.values({ query: { project, q, from, to, field, contains, limit: 50 }, signal })).values,
    enabled: contains !== '',
    placeholderData: keepPreviousData,
  })
}

/** One event, whole: with what the rows leave out. */
export function useEvent(project: string, id: string, timestamp: string, row: EventJson | undefined) {
  const api = useApi()
  return useQuery({
    queryKey: ['logs', 'event', project, id],
    queryFn: ({ signal }) => api.event({ params: { id }, query: { project, ...(timestamp === '' ? {} : { timestamp }) }, signal }),
    staleTime: Number.POSITIVE_INFINITY,
    ...(row ? { placeholderData: row } : {}),
  })
}

export const tailUrl = (project: string, q: string): string => routeUrl(contract.tail, { query: { project, q } })
export const parseTailEvent = (data: string): EventJson | undefined => {
  const parsed = contract.tail.response.safeParse(JSON.parse(data))
  return parsed.success ? parsed.data : undefined
}
