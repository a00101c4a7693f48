import { HeartwoodError } from '../../errors.ts'

/** One fault of a parameter, as FastAPI tells it: `{"type":"missing","loc":["query","project_id"],"msg":"Field required"}`. */
interface Fault {
  type: string
  loc: [place: 'query' | 'body', name: string]
  msg: string
}

/** A parameter or member of a body that cannot be used; answered as 422. */
export const parameterFault = (type: string, place: 'query' | 'body', name: string, msg: string): HeartwoodError =>
  new HeartwoodError('validation-failed', `${name}: ${msg}`, { details: [{ type, loc: [place, name], msg } satisfies Fault] })

const DETAILS: { readonly [code: string]: string } = {
  'sign-in-failed': 'Invalid credentials',
  'sign-in-required': 'Not authenticated',
  'event-not-found': 'Log not found',
  'issue-not-found': 'Issue not found',
  'project-not-found': 'Project not found',
  'project-forbidden': 'No access to this project',
  'person-not-found': 'User not found',
  'key-not-found': 'API key not found',
}

/** Errors in the shape of TraceHub's server: `{"detail": "text"}`, and a list of faults with 422. */
export const traceHubApiError = (error: HeartwoodError): { status: number; body: { detail: unknown } } => {
  if (error.code === 'validation-failed' && Array.isArray(error.details)) return { status: 422, body: { detail: error.details } }
  return { status: error.status, body: { detail: DETAILS[error.code] ?? error.message } }
}
