import type { z } from 'zod'

/** Who may call a route. `owner` is a signed-in person (or the local token); scopes are those of API keys. */
export type Access = 'public' | 'owner' | Scope
export const SCOPES = ['ingest', 'read', 'admin', 'browser'] as const
export type Scope = (typeof SCOPES)[number]

export interface RouteSpec {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** With `:name` for parameters. */
  path: string
  summary: string
  /** `read`: a key of scope read or admin for the project named in the query, or a person who may see it. */
  access: Access
  params?: z.ZodObject
  query?: z.ZodObject
  /** JSON body. Routes that take any bytes (the doors) or answer a stream say so in `raw`. */
  body?: z.ZodType
  raw?: 'body' | 'event-stream'
  /** Status of success; 200 unless it says otherwise. */
  status?: number
  response: z.ZodType
  /** Codes of the error catalogue that this route can answer with, beyond those of access and validation. */
  errors?: readonly string[]
}

export const defineRoute = <const Spec extends RouteSpec>(spec: Spec): Spec => spec

type Input<Schema> = Schema extends z.ZodType ? z.input<Schema> : never
type Part<Spec, Name extends string> = Spec extends { [Key in Name]: infer Schema extends z.ZodType } ? { [Key in Name]: Input<Schema> } : unknown

/** What a caller passes: `params`, `query` and `body` where the route declares them. */
export type RouteInput<Spec extends RouteSpec> = Part<Spec, 'params'> & Part<Spec, 'query'> & Part<Spec, 'body'>
export type RouteOutput<Spec extends RouteSpec> = z.output<Spec['response']>
/** What a handler receives after parsing. */
export type RouteParsed<Spec extends RouteSpec, Name extends 'params' | 'query' | 'body'> = Spec extends {
  [Key in Name]: infer Schema extends z.ZodType
}
  ? z.output<Schema>
  : undefined
