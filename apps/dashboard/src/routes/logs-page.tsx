import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useCallback, useMemo } from 'react'
import { LogsView } from '../features/logs/logs-view.tsx'
import { formatLogs, type LogsState, parseLogs } from '../features/logs/model/logs-state.ts'
import { useProjects } from '../features/projects/projects-api.ts'
import { useServerAddress } from '../features/session/session-api.ts'
import { NoProject } from './start.tsx'

export function LogsPage() {
  const navigate = useNavigate()
  const { project } = useParams({ from: '/signed-in/p/$project/logs' })
  const search = useSearch({ from: '/signed-in/p/$project/logs' })
  const state = useMemo(() => parseLogs(search), [search])
  const { data: projects } = useProjects()
  const address = useServerAddress()
  const handleChange = useCallback(
    (patch: Partial<LogsState>) =>
      void navigate({ to: '/p/$project/logs', params: { project }, search: (current) => formatLogs({ ...parseLogs(current), ...patch }) }),
    [navigate, project],
  )
  if (!projects) return null
  if (!projects.some((candidate) => candidate.slug === project)) return <NoProject slug={project} />
  return <LogsView key={project} project={project} address={address} state={state} onChange={handleChange} />
}
