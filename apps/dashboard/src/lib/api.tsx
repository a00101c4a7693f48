import { type ApiClient, ApiError, createClient } from '@heartwood/protocol'
import { createContext, type ReactNode, useContext } from 'react'

const ApiContext = createContext<ApiClient | undefined>(undefined)

/** The client of the server that served this page. */
export const createPageClient = (): ApiClient => createClient({ baseUrl: '' })

export function ApiProvider({ client, children }: { client: ApiClient; children: ReactNode }) {
  return <ApiContext value={client}>{children}</ApiContext>
}

export function useApi(): ApiClient {
  const client = useContext(ApiContext)
  if (!client) throw new Error('useApi needs an ApiProvider around it.')
  return client
}

export interface Problem {
  code: string
  message: string
  /** Trying the same again may help. */
  temporary: boolean
}

/** Any failure of a call as something to show. A request that never arrived has the code `unreachable`. */
export function toProblem(error: unknown): Problem {
  if (error instanceof ApiError) return { code: error.code, message: error.message, temporary: error.status >= 500 || error.status === 429 }
  if (error instanceof TypeError)
    return { code: 'unreachable', message: 'The server does not answer. It may be restarting, or the network is down.', temporary: true }
  return { code: 'dashboard-failed', message: error instanceof Error ? error.message : String(error), temporary: false }
}

/** The caller is no longer signed in. */
export const isSignedOut = (error: unknown): boolean => error instanceof ApiError && error.status === 401
