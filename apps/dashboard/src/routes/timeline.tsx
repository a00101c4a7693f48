import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { timelineCodec } from '../features/timeline/model.ts'
import { signedInRoute } from './signed-in.tsx'

export const timelineRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/p/$project/timeline/$id',
  validateSearch: timelineCodec.validate,
  component: lazyRouteComponent(() => import('./timeline-page.tsx'), 'TimelinePage'),
})

/** The short path, as people paste it: it leads to the project whose events carry the id. */
export const shortTimelineRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/timeline/$id',
  validateSearch: timelineCodec.validate,
  component: lazyRouteComponent(() => import('./timeline-page.tsx'), 'ShortTimelinePage'),
})
