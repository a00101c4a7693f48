import { createRoute, lazyRouteComponent, Navigate } from '@tanstack/react-router'
import { useProjects } from '../features/projects/projects-api.ts'
import { timelineCodec } from '../features/timeline/model.ts'
import { lastProject } from '../state/preferences.ts'
import { signedInRoute } from './signed-in.tsx'

export const timelineRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/p/$project/timeline/$id',
  validateSearch: timelineCodec.validate,
  component: lazyRouteComponent(() => import('./timeline-page.tsx'), 'TimelinePage'),
})

/** The short path, as people paste it: in the project that was open last. */
export const shortTimelineRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/timeline/$id',
  validateSearch: timelineCodec.validate,
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
