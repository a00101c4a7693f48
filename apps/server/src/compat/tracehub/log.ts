import type { EventJson, Json } from '@heartwood/protocol'
import { theirLevel } from './parameters.ts'

/** A log as TraceHub's API gives it: absent values null, `extra` always an object. */
export interface TraceHubLog {
  id: string
  project_id: string
  module: string | null
  level: string
  message: string
  timestamp: string
  service: string | null
  environment: string | null
  host: string | null
  pid: number | null
  thread_id: string | null
  sdk_version: string | null
  trace_id: string | null
  stack_trace: string | null
  error_type: string | null
  error_message: string | null
  extra: { [name: string]: Json }
  ingested_at: string | null
}

/** An event in their words; undoes what the receiver did to an entry (receivers/tracehub/entry.ts). */
export function toLog(event: EventJson, projectId: number): TraceHubLog {
  const { module, 'process.pid': pid, thread, sdk, heartwood: _marks, extra: moved, ...others } = event.attributes ?? {}
  const extra = Object.fromEntries(Object.entries(others).filter(([name]) => !name.startsWith('heartwood.')))
  if (typeof moved === 'object' && moved !== null && !Array.isArray(moved)) Object.assign(extra, moved)
  return {
    id: event.id,
    project_id: String(projectId),
    module: textOrNull(module),
    level: theirLevel(event.level),
    message: event.message,
    timestamp: event.timestamp,
    service: event.service ?? null,
    environment: event.environment ?? null,
    host: event.host ?? null,
    pid: typeof pid === 'number' ? pid : null,
    thread_id: textOrNull(thread),
    sdk_version: textOrNull(sdk),
    trace_id: event.traceId ?? null,
    stack_trace: event.error?.stack ?? null,
    error_type: event.error?.type ?? null,
    error_message: event.error?.message ?? null,
    extra,
    ingested_at: event.receivedAt ?? null,
  }
}

const textOrNull = (value: Json | undefined): string | null => (value === undefined || value === null ? null : String(value))
