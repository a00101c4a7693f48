/** Fields that have an option of their own, by the option's name. */
export const FILTERS = {
  level: 'level',
  service: 'service',
  environment: 'environment',
  dataset: 'dataset',
  host: 'host',
  userId: 'user',
  sessionId: 'session',
  flowId: 'flow',
  requestId: 'request',
  traceId: 'trace',
} as const
