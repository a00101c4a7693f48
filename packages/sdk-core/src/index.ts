export { HeartwoodApiError } from './calls/api-error.ts'
export { type Calls, createCalls, type Feedback, type Issue, type IssueState, type Release } from './calls/calls.ts'
export type { Heartbeat } from './calls/heartbeat.ts'
export { createCaptures } from './captures.ts'
export type { Client, Flow, FlowStarter, RawAnswer, RawDefaults } from './client.ts'
export { type ClientInternals, internalsOf, withInternals } from './client-internals.ts'
export { createClient } from './create-client.ts'
export { callerAttributes } from './errors/call-site.ts'
export { parseStack } from './errors/parse-stack.ts'
export { createLogger, type LevelLogMethod, type Logger, type LoggerTools, type LogMethod, type StepTimer } from './logger.ts'
export { describeReceived, OptionError, type OptionPlace, refuseUnknown, wrongOption } from './option-error.ts'
export { isFalseText, isPlainObject, isRegExp, lineOfText, type OptionReader, readOption, splitList, wholeNumber } from './option-readers.ts'
export type { CoreOptions, Integration, RedactionPattern, RedactOptions, ResolvedOptions } from './options.ts'
export { type Environment, parseOptions } from './parse-options.ts'
export type {
  Batch,
  Compress,
  ContextStore,
  Decompress,
  HttpAnswer,
  HttpRequest,
  Platform,
  ScopeHolder,
  SendNow,
  Spool,
  SpoolEffect,
  SpooledBatch,
  Transport,
} from './ports.ts'
export type { Scope } from './scope.ts'
export { EMPTY_SCOPE, type ScopeChanges, type ScopeData } from './scope-data.ts'
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
export { readMembers } from './values/describe.ts'
