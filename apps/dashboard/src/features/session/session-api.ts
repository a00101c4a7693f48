import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useApi } from '../../lib/api.tsx'

export const SESSION_KEY = ['session']

/** Who is signed in here, and whether the server still waits for its owner. */
export function useSession() {
  const api = useApi()
  return useQuery({ queryKey: SESSION_KEY, queryFn: ({ signal }) => api.session({ signal }), staleTime: 60_000 })
}

export function useSignIn() {
  const api = useApi()
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: { email: string; password: string }) => api.signIn({ body }),
    onSuccess: () => client.resetQueries(),
  })
}

export function useClaim() {
  const api = useApi()
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: { token: string; email: string; password: string; name: string }) => api.claim({ body }),
    onSuccess: () => client.resetQueries(),
  })
}

export function useSignOut() {
  const api = useApi()
  const client = useQueryClient()
  return useMutation({ mutationFn: () => api.signOut(), onSuccess: () => client.resetQueries() })
}

/** The address that programs send to, without a trailing slash. */
export function useServerAddress(): string {
  const { data } = useSession()
  return (data?.publicUrl || window.location.origin).replace(/\/$/, '')
}
