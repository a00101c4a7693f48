import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { formatRequests, parseRequests, type RequestsSearch } from '../features/requests/model.ts'
import { signedInRoute } from './signed-in.tsx'

export const requestsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/p/$project/requests',
  validateSearch: (search: Record<string, unknown>): RequestsSearch => formatRequests(parseRequests(search)),
  component: lazyRouteComponent(() => import('./requests-page.tsx'), 'RequestsPage'),
})
