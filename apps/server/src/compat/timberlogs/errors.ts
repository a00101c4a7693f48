import { isRevokedKey } from '../../auth/access.ts'
import type { ErrorAnswer } from '../../http/errors.ts'

/** Errors as the clients expect them: a text, which the command line tool prints. */
export const timberlogsError: ErrorAnswer = (error) => {
  switch (error.code) {
    case 'key-missing':
    case 'sign-in-required':
      return { status: 401, body: { error: 'Missing API key' } }
    case 'key-invalid':
      return { status: 401, body: { error: isRevokedKey(error) ? 'API key has been revoked' : 'Invalid API key' } }
    case 'key-forbidden':
    case 'project-forbidden':
      return { status: 403, body: { error: 'Access denied to workspace' } }
    case 'event-not-found':
      return { status: 404, body: { error: 'Log not found' } }
    case 'project-not-found':
      return { status: 404, body: { error: 'Workspace not found' } }
    case 'rate-limited':
      return { status: 429, body: { error: 'Rate limit exceeded', retryAfter: Math.ceil(error.retryAfterSeconds ?? 1) } }
    case 'validation-failed':
      return { status: 400, body: Array.isArray(error.details) ? { error: error.message, issues: error.details } : { error: error.message } }
    default:
      return { status: error.status, body: { error: error.message } }
  }
}
