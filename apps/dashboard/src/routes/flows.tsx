import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { flowCodec, flowsCodec } from '../features/flows/model.ts'
import { signedInRoute } from './signed-in.tsx'

export const flowRoutes = [
  createRoute({
    getParentRoute: () => signedInRoute,
    path: '/p/$project/flows',
    validateSearch: flowsCodec.validate,
    component: lazyRouteComponent(() => import('./flows-pages.tsx'), 'FlowsPage'),
  }),
  createRoute({
    getParentRoute: () => signedInRoute,
    path: '/p/$project/flows/$name',
    validateSearch: flowCodec.validate,
    component: lazyRouteComponent(() => import('./flows-pages.tsx'), 'FlowPage'),
  }),
  createRoute({
    getParentRoute: () => signedInRoute,
    path: '/p/$project/flows/run/$id',
    validateSearch: (search: Record<string, unknown>): { open?: string } =>
      typeof search.open === 'string' && search.open !== '' ? { open: search.open } : {},
    component: lazyRouteComponent(() => import('./flows-pages.tsx'), 'RunPage'),
  }),
] as const
