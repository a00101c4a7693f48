import type { Access, Scope } from '@heartwood/protocol'
import { type ErrorCode, HeartwoodError } from '../errors.ts'
import type { Caller } from '../http/caller.ts'

/** Which grants of a key open a route. An administrator's key does everything in its own project. */
const OPENED_BY: Record<Scope, readonly Scope[]> = {
  ingest: ['ingest', 'browser', 'admin'],
  browser: ['browser', 'ingest', 'admin'],
  read: ['read', 'admin'],
  admin: ['admin'],
}

/**
 * Whether a caller may use a route, and (where the project is known) touch that project: `allow`, or the code of the refusal.
 * Browser keys must also come from one of their pages: see origins.ts.
 */
export function decide(caller: Caller, access: Access, projectId?: number): 'allow' | ErrorCode {
  if (access === 'public') return 'allow'
  switch (caller.kind) {
    case 'anonymous':
      return access === 'owner' ? 'sign-in-required' : 'key-missing'
    case 'person':
    case 'local':
      return 'allow'
    case 'key': {
      const grants = caller.grants ?? [caller.scope]
      if (access === 'owner' || !grants.some((grant) => OPENED_BY[access].includes(grant))) return 'key-forbidden'
      return projectId === undefined || projectId === caller.projectId ? 'allow' : 'project-forbidden'
    }
  }
}

const MESSAGES: Partial<Record<ErrorCode, string>> = {
  'key-missing': 'This needs a key or a sign-in.',
  'key-invalid': 'The key is unknown or was revoked.',
  'key-forbidden': 'This key may not do that.',
  'project-forbidden': 'This key belongs to another project.',
  'origin-forbidden': 'This key may not be used from this page.',
  'sign-in-required': 'This needs a sign-in.',
  'csrf-refused': 'The request does not come from the dashboard itself.',
}

/** Of a key that was one once; whoever has it may know that. */
export const revokedKey = (): HeartwoodError => new HeartwoodError('key-invalid', 'The key was revoked.', { details: { revoked: true } })

export const isRevokedKey = ({ code, details }: HeartwoodError): boolean =>
  code === 'key-invalid' && typeof details === 'object' && details !== null && 'revoked' in details

export const refusal = (code: ErrorCode): HeartwoodError => new HeartwoodError(code, MESSAGES[code] ?? 'This is not allowed.')
