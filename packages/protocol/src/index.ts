export type { HeartbeatJson } from './api/checkins.ts'
export { type ApiClient, ApiError, type ClientOptions, createClient, routeUrl, toApiError } from './api/client.ts'
export { type Api, api, type RouteName } from './api/contract.ts'
export { FLOW_STATES, type FlowRun, type FlowState } from './api/flows.ts'
export { FORMATS, type Format } from './api/ingest.ts'
export { ISSUE_STATES, type IssueJson, type IssueState } from './api/issues.ts'
export { COUNTED_BY } from './api/logs.ts'
export { toOpenApi } from './api/openapi.ts'
export { type Access, type RouteInput, type RouteOutput, type RouteParsed, type RouteSpec, SCOPES, type Scope } from './api/route.ts'
export {
  type ErrorBody,
  type IngestAnswer,
  KEY_CLIENTS,
  type KeyJson,
  type LevelCounts,
  type Partial,
  type ProjectJson,
  personSchema,
  type Redaction,
  type Rejection,
  type SampleRates,
} from './api/schemas.ts'
export { TIMELINE_ROLES, type TimelineRole } from './api/timeline.ts'
export { DROP_REASONS, type DropReason } from './drop-reason.ts'
export {
  type AttributeValue,
  EVENT_KINDS,
  type Event,
  emptyEvent,
  type Json,
  JsonText,
  KINDS,
  type Kind,
  LEVELS,
  type Level,
  VISIT_KINDS,
  type VisitKind,
} from './event.ts'
export { type EventJson, eventJsonSchema } from './event-json.ts'
export { BATCH_MEMORY_MS, DEFAULT_RETENTION_DAYS, LIMITS, MAX_RETENTION_DAYS } from './limits.ts'
export { parseRelativeTime } from './relative-time.ts'
export {
  type ByteCount,
  byteCount,
  type DurationMs,
  durationMs,
  toMicros,
  toMs,
  type UnixMicros,
  type UnixMs,
  unixMicros,
  unixMs,
} from './units.ts'
export { PROTOCOL_VERSION } from './version.ts'
