import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import type { LogsSearch } from '../features/logs/model/logs-state.ts'
import { formatLogs, parseLogs } from '../features/logs/model/logs-state.ts'
import { signedInRoute } from './signed-in.tsx'

export const logsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/p/$project/logs',
  validateSearch: (search: Record<string, unknown>): LogsSearch => formatLogs(parseLogs(search)),
  component: lazyRouteComponent(() => import('./logs-page.tsx'), 'LogsPage'),
})
