import type { QueryClient } from '@tanstack/react-query'
import { createRouter } from '@tanstack/react-router'
import { parseSearch, stringifySearch } from '../state/url-codec.ts'
import { deviceRoute } from './device.tsx'
import { flowRoutes } from './flows.tsx'
import { logsRoute } from './logs.tsx'
import { requestsRoute } from './requests.tsx'
import { rootRoute } from './root.tsx'
import { claimRoute, signInRoute } from './session.tsx'
import { settingsRoute, settingsRoutes } from './settings.tsx'
import { signedInRoute } from './signed-in.tsx'
import { homeRoute, startRoute, welcomeRoute } from './start.tsx'
import { shortTimelineRoute, timelineRoute } from './timeline.tsx'

const tree = rootRoute.addChildren([
  signInRoute,
  claimRoute,
  signedInRoute.addChildren([
    homeRoute,
    welcomeRoute,
    startRoute,
    deviceRoute,
    logsRoute,
    ...flowRoutes,
    requestsRoute,
    timelineRoute,
    shortTimelineRoute,
    settingsRoute.addChildren(settingsRoutes),
  ]),
])

export const createPageRouter = (queryClient: QueryClient) =>
  createRouter({ routeTree: tree, context: { queryClient }, parseSearch: (text) => parseSearch(text), stringifySearch })

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createPageRouter>
  }
}
