import { checkinRoutes } from './checkins.ts'
import { deviceRoutes } from './device.ts'
import { feedbackRoutes } from './feedback.ts'
import { flowRoutes } from './flows.ts'
import { ingestRoutes } from './ingest.ts'
import { issueRoutes } from './issues.ts'
import { logRoutes } from './logs.ts'
import { peopleRoutes } from './people.ts'
import { projectRoutes } from './projects.ts'
import { releaseRoutes } from './releases.ts'
import { requestRoutes } from './requests.ts'
import { systemRoutes } from './system.ts'
import { timelineRoutes } from './timeline.ts'

/** Every route of Heartwood's own API. The server registers handlers from it, clients and the OpenAPI document derive from it. */
export const api = {
  ...ingestRoutes,
  ...logRoutes,
  ...peopleRoutes,
  ...projectRoutes,
  ...systemRoutes,
  ...deviceRoutes,
  ...checkinRoutes,
  ...feedbackRoutes,
  ...releaseRoutes,
  ...flowRoutes,
  ...issueRoutes,
  ...requestRoutes,
  ...timelineRoutes,
} as const

export type Api = typeof api
export type RouteName = keyof Api
