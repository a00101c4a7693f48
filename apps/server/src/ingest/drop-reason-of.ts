import type { DropReason } from '@heartwood/protocol'
import { type ErrorCode, HeartwoodError } from '../errors.ts'

/** What the ledger counts entries under whose request failed with an error. */
export const dropReasonOf = (error: unknown): DropReason => (error instanceof HeartwoodError && REASONS[error.code]) || 'internal'

const REASONS: Partial<Record<ErrorCode, DropReason>> = {
  'queue-full': 'queue-full',
  'shutting-down': 'queue-full',
  'queue-unavailable': 'queue-unavailable',
  'key-missing': 'unauthorized',
  'key-invalid': 'unauthorized',
  'sign-in-required': 'unauthorized',
  'key-forbidden': 'forbidden',
  'project-forbidden': 'forbidden',
  'origin-forbidden': 'forbidden',
  'csrf-refused': 'forbidden',
  'project-not-found': 'project-not-found',
  'body-too-large': 'too-large',
  'encoding-unsupported': 'malformed',
  'encoding-broken': 'malformed',
  'body-invalid': 'malformed',
  'validation-failed': 'malformed',
}
