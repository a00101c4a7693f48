import { useMutation, useQueries, useQuery, useQueryClient } from '@tanstack/react-query'
import { useApi } from '../../lib/api.tsx'

const REFRESH_MS = 5_000
const keysKey = (project: string) => ['keys', project]

export function useKeys(project: string) {
  const api = useApi()
  return useQuery({ queryKey: keysKey(project), queryFn: async ({ signal }) => (await api.listKeys({ query: { project }, signal })).keys })
}

/** What the keys of these projects are called, by their ids; undefined for one that is not known. */
export function useKeyNames(projects: readonly string[]): (keyId: string) => string | undefined {
  const api = useApi()
  const names = useQueries({
    queries: [...new Set(projects)].map((project) => ({
      queryKey: keysKey(project),
      queryFn: async ({ signal }: { signal: AbortSignal }) => (await api.listKeys({ query: { project }, signal })).keys,
    })),
    combine: (results) => new Map(results.flatMap(({ data }) => data ?? []).map((key) => [key.id, key.name || `${key.hint}…`])),
  })
  return (keyId) => names.get(keyId)
}

export function useCreateKey(project: string) {
  const api = useApi()
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: Omit<Parameters<typeof api.createKey>[0]['body'], 'project'>) => api.createKey({ body: { project, ...body } }),
    onSuccess: () => client.invalidateQueries({ queryKey: keysKey(project) }),
  })
}

export function useRevokeKey(project: string) {
  const api = useApi()
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: string) => api.revokeKey({ params: { id } }),
    onSuccess: () => client.invalidateQueries({ queryKey: keysKey(project) }),
  })
}

export function useHealth() {
  const api = useApi()
  return useQuery({ queryKey: ['health'], queryFn: ({ signal }) => api.health({ signal }), refetchInterval: REFRESH_MS })
}
export type Health = NonNullable<ReturnType<typeof useHealth>['data']>

export function useLedger() {
  const api = useApi()
  return useQuery({ queryKey: ['ledger'], queryFn: ({ signal }) => api.ledger({ query: {}, signal }), refetchInterval: REFRESH_MS })
}
export type Ledger = NonNullable<ReturnType<typeof useLedger>['data']>

export function useDeadLetters() {
  const api = useApi()
  return useQuery({
    queryKey: ['dead-letters'],
    queryFn: async ({ signal }) => (await api.listDeadLetters({ signal })).deadLetters,
    refetchInterval: 4 * REFRESH_MS,
  })
}

export function useDeadLetter(id: string) {
  const api = useApi()
  return useQuery({ queryKey: ['dead-letters', id], queryFn: ({ signal }) => api.inspectDeadLetter({ params: { id }, signal }) })
}

export function useReplay() {
  const api = useApi()
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: string) => api.replayDeadLetter({ params: { id } }),
    onSuccess: () => Promise.all(['dead-letters', 'health', 'ledger'].map((name) => client.invalidateQueries({ queryKey: [name] }))),
  })
}
