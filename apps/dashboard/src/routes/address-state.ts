import { useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback, useMemo } from 'react'
import type { Codec } from '../state/url-codec.ts'

/** What a page shows, read from the address, and how a part of it is changed there; each change is a step that Back undoes. */
export function useAddressState<State extends object>(codec: Codec<State>): [State, (patch: Partial<State>) => void] {
  const navigate = useNavigate()
  const search = useSearch({ strict: false })
  const state = useMemo(() => codec.parse(search), [codec, search])
  const change = useCallback(
    (patch: Partial<State>) =>
      void navigate({ to: '.', search: (current: Record<string, unknown>) => codec.format({ ...codec.parse(current), ...patch }) }),
    [codec, navigate],
  )
  return [state, change]
}
