import type { QueryClient } from '@tanstack/react-query'
import { createRootRouteWithContext, Link, Outlet } from '@tanstack/react-router'
import { EmptyState, ErrorState } from '../ui/states.tsx'

export const rootRoute = createRootRouteWithContext<{ queryClient: QueryClient }>()({
  component: Outlet,
  errorComponent: ({ error, reset }) => <ErrorState title="This page broke" error={error} onRetry={reset} />,
  notFoundComponent: () => (
    <EmptyState title="There is no such page">
      The address may be mistyped, or from a newer version. <Link to="/">Go to the start</Link>
    </EmptyState>
  ),
})
