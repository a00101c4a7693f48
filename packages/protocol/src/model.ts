/** The part of the protocol that SDKs carry with them: no schemas, so no validator comes along. */
export { DROP_REASONS, type DropReason } from './drop-reason.ts'
export { type Json, KINDS, type Kind, LEVELS, type Level } from './event.ts'
export { LIMITS } from './limits.ts'
export { PROTOCOL_VERSION } from './version.ts'
