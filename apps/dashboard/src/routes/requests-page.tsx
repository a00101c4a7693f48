import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useCallback, useMemo } from 'react'
import { formatRequests, parseRequests, type RequestsState } from '../features/requests/model.ts'
import { RequestsView } from '../features/requests/requests-view.tsx'
import { useServerAddress } from '../features/session/session-api.ts'
import { ProjectPage } from './project-page.tsx'

export function RequestsPage() {
  const navigate = useNavigate()
  const { project } = useParams({ from: '/signed-in/p/$project/requests' })
  const search = useSearch({ from: '/signed-in/p/$project/requests' })
  const state = useMemo(() => parseRequests(search), [search])
  const address = useServerAddress()
  const handleChange = useCallback(
    (patch: Partial<RequestsState>) =>
      void navigate({
        to: '/p/$project/requests',
        params: { project },
        search: (current) => formatRequests({ ...parseRequests(current), ...patch }),
      }),
    [navigate, project],
  )
  return (
    <ProjectPage slug={project}>
      <RequestsView key={project} project={project} address={address} state={state} onChange={handleChange} />
    </ProjectPage>
  )
}
