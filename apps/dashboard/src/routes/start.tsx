import { createRoute, Link, Navigate, useNavigate } from '@tanstack/react-router'
import { useProjects } from '../features/projects/projects-api.ts'
import { useServerAddress } from '../features/session/session-api.ts'
import { CreateProjectView, FirstEventView } from '../features/start/start-views.tsx'
import { lastProject } from '../state/preferences.ts'
import { EmptyState } from '../ui/states.tsx'
import { signedInRoute } from './signed-in.tsx'

export const homeRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/',
  component: function Home() {
    const { data: projects } = useProjects()
    if (!projects) return null
    const project = projects.find((candidate) => candidate.slug === lastProject()) ?? projects[0]
    return project ? <Navigate to="/p/$project/logs" params={{ project: project.slug }} replace /> : <Navigate to="/welcome" replace />
  },
})

export const welcomeRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/welcome',
  component: function Welcome() {
    const navigate = useNavigate()
    const { data: projects } = useProjects()
    if (!projects) return null
    return (
      <CreateProjectView
        first={projects.length === 0}
        onCreated={(project) => void navigate({ to: '/p/$project/start', params: { project: project.slug } })}
      />
    )
  },
})

export const startRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/p/$project/start',
  component: function Start() {
    const navigate = useNavigate()
    const { project: slug } = startRoute.useParams()
    const { data: projects } = useProjects()
    const address = useServerAddress()
    if (!projects) return null
    const project = projects.find((candidate) => candidate.slug === slug)
    if (!project) return <NoProject slug={slug} />
    return (
      <FirstEventView
        key={project.id}
        project={project}
        address={address}
        onOpenLogs={() => void navigate({ to: '/p/$project/logs', params: { project: slug }, search: { from: '-24h' } })}
      />
    )
  },
})

export function NoProject({ slug }: { slug: string }) {
  return (
    <EmptyState title="There is no such project">
      Nothing here is called “{slug}”; it may have been deleted. <Link to="/settings/projects">See all projects</Link>
    </EmptyState>
  )
}
