import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useProjects } from '../features/projects/projects-api.ts'
import { useServerAddress } from '../features/session/session-api.ts'
import { KeysView } from '../features/settings/keys-view.tsx'
import { ProjectSettingsView } from '../features/settings/project-settings-view.tsx'
import { usePreference } from '../state/preferences.ts'
import { EmptyState } from '../ui/states.tsx'
import { NoProject } from './start.tsx'

export function ProjectPage() {
  const navigate = useNavigate()
  const { project: slug } = useParams({ from: '/signed-in/settings/projects/$project' })
  const { data: projects } = useProjects()
  const address = useServerAddress()
  if (!projects) return null
  const project = projects.find((candidate) => candidate.slug === slug)
  if (!project) return <NoProject slug={slug} />
  return (
    <ProjectSettingsView
      key={project.id}
      project={project}
      address={address}
      onDeleted={() => void navigate({ to: '/settings/projects', replace: true })}
    />
  )
}

export function KeysPage() {
  const navigate = useNavigate()
  const { project: wanted } = useSearch({ from: '/signed-in/settings/keys' })
  const { data: projects } = useProjects()
  const [last] = usePreference('lastProject')
  if (!projects) return null
  const project = projects.find((candidate) => candidate.slug === (wanted ?? last)) ?? projects[0]
  if (!project) return <EmptyState title="No project yet">Keys belong to a project; create one first.</EmptyState>
  return (
    <KeysView
      key={project.id}
      projects={projects}
      project={project}
      onProject={(slug) => void navigate({ to: '/settings/keys', search: { project: slug } })}
    />
  )
}
