/** The little of the web's standards that Node, browsers and workers share, so that this package compiles with neither their types. */
declare class URLSearchParams {
  set(name: string, value: string): void
  toString(): string
}
declare interface AbortSignal {
  readonly aborted: boolean
}
declare interface RequestInit {
  method?: string
  headers?: Record<string, string>
  body?: string
  signal?: AbortSignal
}
declare interface Response {
  readonly ok: boolean
  readonly status: number
  text(): Promise<string>
}
declare function fetch(url: string, init?: RequestInit): Promise<Response>
