import { createRoute, useNavigate } from '@tanstack/react-router'
import { useProjects } from '../features/projects/projects-api.ts'
import { DeviceView } from '../features/session/device-view.tsx'
import { signedInRoute } from './signed-in.tsx'

export const deviceRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/device',
  validateSearch: (search: Record<string, unknown>): { code?: string } =>
    typeof search.code === 'string' && search.code !== '' ? { code: search.code.slice(0, 20) } : {},
  component: function DevicePage() {
    const navigate = useNavigate()
    const { code } = deviceRoute.useSearch()
    const { data: projects } = useProjects()
    if (!projects) return null
    return (
      <DeviceView key={code} code={code ?? ''} projects={projects} onCode={(typed) => void navigate({ to: '/device', search: { code: typed } })} />
    )
  },
})
