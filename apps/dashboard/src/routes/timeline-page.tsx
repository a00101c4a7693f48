import { Navigate, useParams, useSearch } from '@tanstack/react-router'
import { useProjects } from '../features/projects/projects-api.ts'
import { timelineCodec } from '../features/timeline/model.ts'
import { useTimelineProjects } from '../features/timeline/timeline-api.ts'
import { TimelineChoice } from '../features/timeline/timeline-choice.tsx'
import { TimelineView } from '../features/timeline/timeline-view.tsx'
import { lastProject } from '../state/preferences.ts'
import { Page } from '../ui/page.tsx'
import { ErrorState, SkeletonRows } from '../ui/states.tsx'
import { useAddressState } from './address-state.ts'
import { ProjectPage } from './project-page.tsx'

export function TimelinePage() {
  const { project, id } = useParams({ from: '/signed-in/p/$project/timeline/$id' })
  const [state, change] = useAddressState(timelineCodec)
  return (
    <ProjectPage slug={project}>
      <TimelineView key={`${project}/${id}`} project={project} id={id} state={state} onChange={change} />
    </ProjectPage>
  )
}

/** An id without a project: leads to the one that has it, or asks which of several. */
export function ShortTimelinePage() {
  const { id } = useParams({ from: '/signed-in/timeline/$id' })
  const search = useSearch({ from: '/signed-in/timeline/$id' })
  const { data: projects } = useProjects()
  const timeline = useTimelineProjects(id, (projects?.length ?? 0) > 1)
  if (!projects) return null
  if (projects.length === 0) return <Navigate to="/welcome" replace />
  const found = timeline.data?.projects
  if (projects.length === 1 || (found && found.length < 2)) {
    const slug = found?.[0]?.slug ?? projects.find((candidate) => candidate.slug === lastProject())?.slug ?? projects[0]?.slug ?? ''
    return <Navigate to="/p/$project/timeline/$id" params={{ project: slug, id }} search={search} replace />
  }
  return (
    <Page title={id} isId crumb="Timeline" padded>
      {found ? (
        <TimelineChoice id={id} found={found} title="Events of several projects carry this id" />
      ) : timeline.error ? (
        <ErrorState title="The projects could not be searched" error={timeline.error} onRetry={() => void timeline.refetch()} />
      ) : (
        <SkeletonRows rows={4} height={34} />
      )}
    </Page>
  )
}
