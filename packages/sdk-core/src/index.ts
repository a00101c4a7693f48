export type { Client, Flow, FlowStarter, Logger, LogMethod, RawAnswer, RawDefaults, StepTimer } from './client.ts'
export { type ClientDeps, type ClientParts, createClient } from './create-client.ts'
export type { CoreOptions, Integration, RedactionPattern, RedactOptions, ResolvedOptions } from './options.ts'
export type {
  Batch,
  Cancel,
  Compress,
  ContextStore,
  HttpAnswer,
  HttpRequest,
  Platform,
  ScopeHolder,
  Spool,
  SpooledBatch,
  SpoolEffect,
  Timer,
  Transport,
} from './ports.ts'
export { IngestRefused } from './raw-ingest.ts'
export type { Scope } from './scope.ts'
export type { ScopeData } from './scope-data.ts'
export type {
  Attributes,
  BeforeSend,
  Breadcrumb,
  DropReason,
  ErrorFields,
  EventOptions,
  FlowPosition,
  Json,
  JsonObject,
  Kind,
  Level,
  OutgoingEvent,
  RequestInfo,
  Stats,
  TraceContext,
  User,
} from './types.ts'
