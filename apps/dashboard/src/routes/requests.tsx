import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { requestsCodec } from '../features/requests/model.ts'
import { signedInRoute } from './signed-in.tsx'

export const requestsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/p/$project/requests',
  validateSearch: requestsCodec.validate,
  component: lazyRouteComponent(() => import('./requests-page.tsx'), 'RequestsPage'),
})
