import type { Attributes, Breadcrumb, FlowPosition, RequestInfo, TraceContext, User } from './types.ts'

/** Says what all later events of the scope carry. */
export interface Scope {
  /** Replaces the user; null removes it. */
  setUser(user: User | null): this
  /** Adds tags to those there are. */
  addTags(...tags: string[]): this
  /** Attributes of all events of the scope; those of an event win. */
  setAttributes(attributes: Attributes): this
  /** A named group of attributes, found as `name.key`; null removes it. */
  setContext(name: string, context: Attributes | null): this
  setSession(id: string | null): this
  setRequestId(id: string | null): this
  setTrace(trace: TraceContext | null): this
  setFlow(flow: FlowPosition | null): this
  setRequest(request: RequestInfo | null): this
  addBreadcrumb(breadcrumb: Breadcrumb): this
  readonly trace: TraceContext | undefined
  readonly flow: FlowPosition | undefined
  readonly userId: string | undefined
  readonly requestId: string | undefined
}
