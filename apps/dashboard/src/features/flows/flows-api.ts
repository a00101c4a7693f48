import type { api as contract, FlowState, RouteOutput } from '@heartwood/protocol'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useApi } from '../../lib/api.tsx'
import { RUNS_PAGE } from './model.ts'

interface Scope {
  project: string
  from: string
  to: string
}

export type FlowSummary = RouteOutput<(typeof contract)['flows']>['flows'][number]
export type FlowStep = RouteOutput<(typeof contract)['flowSteps']>['steps'][number]
export type RunEvent = RouteOutput<(typeof contract)['flowRun']>['events'][number]

export function useFlows({ project, from, to }: Scope) {
  const api = useApi()
  return useQuery({
    queryKey: ['flows', 'list', project, from, to],
    queryFn: ({ signal }) => api.flows({ query: { project, from, to }, signal }),
    placeholderData: keepPreviousData,
  })
}

/** `page` counts from 1. */
export function useFlowRuns({ project, from, to }: Scope, name: string, state: FlowState | undefined, page: number) {
  const api = useApi()
  return useQuery({
    queryKey: ['flows', 'runs', project, from, to, name, state, page],
    queryFn: ({ signal }) =>
      api.flowRuns({ query: { project, from, to, name, limit: RUNS_PAGE, offset: (page - 1) * RUNS_PAGE, ...(state ? { state } : {}) }, signal }),
    placeholderData: keepPreviousData,
  })
}

export function useFlowSteps({ project, from, to }: Scope, name: string, enabled = true) {
  const api = useApi()
  return useQuery({
    queryKey: ['flows', 'steps', project, from, to, name],
    queryFn: ({ signal }) => api.flowSteps({ query: { project, from, to, name }, signal }),
    enabled,
    placeholderData: keepPreviousData,
  })
}

export function useFlowRun(project: string, id: string) {
  const api = useApi()
  return useQuery({ queryKey: ['flows', 'run', project, id], queryFn: ({ signal }) => api.flowRun({ params: { id }, query: { project }, signal }) })
}
