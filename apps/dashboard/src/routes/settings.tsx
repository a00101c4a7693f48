import { createRoute, lazyRouteComponent, Navigate } from '@tanstack/react-router'
import { signedInRoute } from './signed-in.tsx'

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

export const settingsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/settings',
  component: lazyRouteComponent(() => import('../features/settings/settings-layout.tsx'), 'SettingsLayout'),
})

export const settingsRoutes = [
  createRoute({ getParentRoute: () => settingsRoute, path: '/', component: () => <Navigate to="/settings/projects" replace /> }),
  createRoute({
    getParentRoute: () => settingsRoute,
    path: '/projects',
    component: lazyRouteComponent(() => import('../features/settings/projects-view.tsx'), 'ProjectsView'),
  }),
  createRoute({
    getParentRoute: () => settingsRoute,
    path: '/projects/$project',
    component: lazyRouteComponent(() => import('./settings-pages.tsx'), 'ProjectPage'),
  }),
  createRoute({
    getParentRoute: () => settingsRoute,
    path: '/keys',
    validateSearch: (search: Record<string, unknown>): { project?: string } =>
      textOf(search.project) === '' ? {} : { project: textOf(search.project) },
    component: lazyRouteComponent(() => import('./settings-pages.tsx'), 'KeysPage'),
  }),
  createRoute({
    getParentRoute: () => settingsRoute,
    path: '/health',
    component: lazyRouteComponent(() => import('../features/settings/health-view.tsx'), 'HealthView'),
  }),
] as const
