import { createRoute, lazyRouteComponent, Navigate } from '@tanstack/react-router'
import { useProjects } from '../features/projects/projects-api.ts'
import { formatTimeline, parseTimeline, type TimelineSearch } from '../features/timeline/model.ts'
import { lastProject } from '../state/preferences.ts'
import { signedInRoute } from './signed-in.tsx'

const validateSearch = (search: Record<string, unknown>): TimelineSearch => formatTimeline(parseTimeline(search))

export const timelineRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/p/$project/timeline/$id',
  validateSearch,
  component: lazyRouteComponent(() => import('./timeline-page.tsx'), 'TimelinePage'),
})

/** The short path, as people paste it: in the project that was open last. */
export const shortTimelineRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/timeline/$id',
  validateSearch,
  component: function ShortTimeline() {
    const { id } = shortTimelineRoute.useParams()
    const search = shortTimelineRoute.useSearch()
    const { data: projects } = useProjects()
    if (!projects) return null
    const project = projects.find((candidate) => candidate.slug === lastProject()) ?? projects[0]
    if (!project) return <Navigate to="/welcome" replace />
    return <Navigate to="/p/$project/timeline/$id" params={{ project: project.slug, id }} search={search} replace />
  },
})
