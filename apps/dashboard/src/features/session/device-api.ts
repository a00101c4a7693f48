import { useMutation, useQuery } from '@tanstack/react-query'
import { useApi } from '../../lib/api.tsx'

/** The login that waits under this code; asked for only when there is one. */
export function useDeviceLogin(code: string) {
  const api = useApi()
  return useQuery({
    queryKey: ['device-login', code],
    queryFn: ({ signal }) => api.deviceLogin({ params: { code }, signal }),
    enabled: code !== '',
    retry: false,
    staleTime: 0,
  })
}

export function useDecideDeviceLogin(code: string) {
  const api = useApi()
  return useMutation({
    mutationFn: (body: { approve: boolean; project?: string }) => api.decideDeviceLogin({ params: { code }, body }),
  })
}
