import { isGiven, plainBreadcrumb, plainFlow, plainGroup, plainText, plainTexts, plainTrace, plainUser } from './plain.ts'
import { type BreadcrumbRing, EMPTY_SCOPE, type ScopeChanges, type ScopeData } from './scope-data.ts'
import type { Attributes, Breadcrumb, FlowPosition, JsonObject, RequestInfo, TraceContext, User } from './types.ts'
import type { Snapshots } from './values/snapshot.ts'

/** Says what all later events of the scope carry. Each call copies what it is given, and none throws. */
export interface Scope {
  /** Replaces the user; null removes it. `id` is the event's `userId`, the rest are attributes `user.*`. */
  setUser(user: User | null): this
  /** Adds tags to those there are. */
  addTags(...tags: string[]): this
  /** Replaces the tags; none, or null, removes them. */
  setTags(tags: readonly string[] | null): this
  /** Attributes of all events of the scope; those of an event win. */
  setAttributes(attributes: Attributes): this
  /** A named group of attributes, found as `name.key`; null removes it. */
  setContext(name: string, context: Attributes | null): this
  /** Null removes it, here and below. */
  setSession(id: string | null): this
  setRequestId(id: string | null): this
  setTrace(trace: TraceContext | null): this
  /** Events of the scope are steps of this flow; with a `step` they count on from it. */
  setFlow(flow: FlowPosition | null): this
  setRequest(request: RequestInfo | null): this
  /** Kept up to `maxBreadcrumbs`, the oldest go first; sent with errors of the scope, in `detail.breadcrumbs`. */
  addBreadcrumb(breadcrumb: Breadcrumb): this
  readonly trace: TraceContext | undefined
  readonly flow: FlowPosition | undefined
  readonly userId: string | undefined
  readonly requestId: string | undefined
  /** Replaced by each change, never changed itself. */
  readonly data: ScopeData
}

export interface ScopeTools {
  readonly snapshots: Snapshots
  readonly now: () => number
  /** Breadcrumbs kept for each scope. */
  readonly maxBreadcrumbs: () => number
}

export const createScope = (tools: ScopeTools, data: ScopeData = EMPTY_SCOPE): Scope => new ScopeOf(tools, data)

/** What is set in a copy does not reach the original; a flow goes on counting for both. */
export const copyScope = (tools: ScopeTools, data: ScopeData, { trace, flow, requestId, request }: ScopeChanges = {}): Scope =>
  // Member by member, which is several times faster than to spread both: each request makes one.
  new ScopeOf(tools, {
    userId: data.userId,
    user: data.user,
    tags: data.tags,
    attributes: data.attributes,
    sessionId: data.sessionId,
    requestId: requestId ?? data.requestId,
    trace: trace ?? data.trace,
    flow: flow ?? data.flow,
    request: request ?? data.request,
    breadcrumbs: data.breadcrumbs?.copy(),
  })

class ScopeOf implements Scope {
  data: ScopeData
  readonly #tools: ScopeTools

  constructor(tools: ScopeTools, data: ScopeData) {
    this.#tools = tools
    this.data = data
  }

  get trace(): TraceContext | undefined {
    return this.data.trace
  }
  get flow(): FlowPosition | undefined {
    return this.data.flow
  }
  get userId(): string | undefined {
    return this.data.userId
  }
  get requestId(): string | undefined {
    return this.data.requestId
  }

  #set(changes: Partial<ScopeData>): this {
    this.data = { ...this.data, ...changes }
    return this
  }

  setUser(user: User | null): this {
    if (!isGiven(user)) return this.#set({ userId: undefined, user: undefined })
    const { id, ...about } = plainUser(this.#tools.snapshots, user)
    return this.#set({ userId: id, user: Object.keys(about).length === 0 ? undefined : about })
  }

  addTags(...tags: string[]): this {
    return this.#set({ tags: [...new Set([...(this.data.tags ?? []), ...plainTexts(this.#tools.snapshots, tags)])] })
  }

  setTags(tags: readonly string[] | null): this {
    const plain = isGiven(tags) ? plainTexts(this.#tools.snapshots, tags) : []
    return this.#set({ tags: plain.length === 0 ? undefined : [...new Set(plain)] })
  }

  setAttributes(attributes: Attributes): this {
    return this.#set({ attributes: { ...this.data.attributes, ...this.#tools.snapshots.attributes(attributes) } })
  }

  setContext(name: string, context: Attributes | null): this {
    const { [name]: _former, ...others } = this.data.attributes ?? {}
    const attributes: JsonObject = isGiven(context) ? { ...others, [name]: this.#tools.snapshots.attributes(context) } : others
    return this.#set({ attributes })
  }

  setSession(id: string | null): this {
    return this.#set({ sessionId: this.#text(id) })
  }

  setRequestId(id: string | null): this {
    return this.#set({ requestId: this.#text(id) })
  }

  setTrace(trace: TraceContext | null): this {
    return this.#set({ trace: plainTrace(this.#tools.snapshots, trace) })
  }

  setFlow(flow: FlowPosition | null): this {
    return this.#set({ flow: plainFlow(this.#tools.snapshots, flow) })
  }

  setRequest(request: RequestInfo | null): this {
    return this.#set({ request: isGiven(request) ? plainGroup(this.#tools.snapshots, request) : undefined })
  }

  addBreadcrumb(breadcrumb: Breadcrumb): this {
    const limit = this.#tools.maxBreadcrumbs()
    if (limit === 0) return this
    let ring = this.data.breadcrumbs
    if (ring === undefined) {
      ring = createBreadcrumbRing(limit)
      this.#set({ breadcrumbs: ring })
    }
    ring.add(plainBreadcrumb(this.#tools.snapshots, breadcrumb, this.#tools.now()))
    return this
  }

  #text(text: string | null): string | undefined {
    return isGiven(text) ? plainText(this.#tools.snapshots, text) : undefined
  }
}

const createBreadcrumbRing = (limit: number, initial: readonly Breadcrumb[] = []): BreadcrumbRing => {
  const kept = [...initial]
  /** Index of the oldest, once all places are taken. */
  let head = 0
  const list = (): Breadcrumb[] => [...kept.slice(head), ...kept.slice(0, head)]
  return {
    add(breadcrumb) {
      if (kept.length < limit) {
        kept.push(breadcrumb)
        return
      }
      kept[head] = breadcrumb
      head = (head + 1) % limit
    },
    list,
    copy: () => createBreadcrumbRing(limit, list()),
  }
}
