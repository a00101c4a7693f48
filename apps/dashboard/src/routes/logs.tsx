import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { logsCodec } from '../features/logs/model/logs-state.ts'
import { signedInRoute } from './signed-in.tsx'

export const logsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/p/$project/logs',
  validateSearch: logsCodec.validate,
  component: lazyRouteComponent(() => import('./logs-page.tsx'), 'LogsPage'),
})
