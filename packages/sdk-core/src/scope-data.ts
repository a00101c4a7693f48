import type { Breadcrumb, JsonObject, RequestInfo, TraceContext } from './types.ts'

/** What all events of a scope share. Immutable: a change makes a new one, so that a captured event keeps what held when it happened. */
export interface ScopeData {
  readonly userId: string | undefined
  /** The rest of the user; becomes `user.*`. */
  readonly user: JsonObject | undefined
  readonly tags: readonly string[] | undefined
  /** Named contexts (`setContext`) and attributes of the scope. */
  readonly attributes: JsonObject | undefined
  readonly sessionId: string | undefined
  readonly requestId: string | undefined
  readonly trace: TraceContext | undefined
  /** The one thing that moves: `step` counts on with each event of the scope. */
  readonly flow: FlowState | undefined
  readonly request: RequestInfo | undefined
  readonly breadcrumbs: BreadcrumbRing | undefined
}

/** What a copy of a scope says otherwise than the scope. */
export type ScopeChanges = Partial<Pick<ScopeData, 'trace' | 'flow' | 'requestId' | 'request'>>

/** Place in a flow; without `step` its events are ordered by their times. */
export interface FlowState {
  readonly id: string
  step?: number | undefined
}

/** The last so many breadcrumbs of a scope. Shared by all data of one scope. */
export interface BreadcrumbRing {
  add(breadcrumb: Breadcrumb): void
  /** Oldest first. */
  list(): readonly Breadcrumb[]
  copy(): BreadcrumbRing
}

export const EMPTY_SCOPE: ScopeData = {
  userId: undefined,
  user: undefined,
  tags: undefined,
  attributes: undefined,
  sessionId: undefined,
  requestId: undefined,
  trace: undefined,
  flow: undefined,
  request: undefined,
  breadcrumbs: undefined,
}
