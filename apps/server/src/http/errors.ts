import type { ErrorBody } from '@heartwood/protocol'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { ERRORS, type ErrorCode, HeartwoodError } from '../errors.ts'

/** The body of an error as interface.md gives it: what happened, what to do, and where that is written. */
export function toErrorBody(error: HeartwoodError): ErrorBody {
  const body: ErrorBody['error'] = { code: error.code, message: error.message, docs: `/docs/errors#${error.code}` }
  return { error: error.details === undefined ? body : { ...body, details: error.details } }
}

/** Turns whatever a handler or the framework threw into an error of the catalogue. */
function toHeartwoodError(error: unknown): HeartwoodError {
  if (error instanceof HeartwoodError) return error
  const code = FRAMEWORK_CODES[(error as Partial<FastifyError>).code ?? '']
  if (code === 'body-too-large') return new HeartwoodError(code, 'The body is larger than this route takes.', { cause: error })
  if (code !== undefined) return new HeartwoodError(code, ERRORS[code].fix, { cause: error })
  const status = (error as Partial<FastifyError>).statusCode
  if (status !== undefined && status >= 400 && status < 500)
    return new HeartwoodError('body-invalid', `The request cannot be read: ${(error as Error).message}.`, { cause: error })
  return new HeartwoodError('internal', 'Something went wrong inside the server.', { cause: error })
}

const FRAMEWORK_CODES: Record<string, ErrorCode> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body-too-large',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'body-invalid',
  FST_ERR_CTP_INVALID_JSON_BODY: 'body-invalid',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'body-invalid',
  FST_ERR_BAD_URL: 'not-found',
}

/** An error as some protocol's clients expect it. */
export type ErrorAnswer = (error: HeartwoodError, request: FastifyRequest) => { status: number; body: unknown }

/** Errors of all routes of this (encapsulated) instance; `answer` gives them another product's shape and status. Default: our own. */
export function registerErrors(app: FastifyInstance, answer: ErrorAnswer = (error) => ({ status: error.status, body: toErrorBody(error) })): void {
  app.setErrorHandler((thrown, request: FastifyRequest, reply: FastifyReply) => {
    const error = toHeartwoodError(thrown)
    if (error.status >= 500 && error.code !== 'queue-full' && error.code !== 'shutting-down') {
      request.log.error({ err: error.cause ?? error, code: error.code, route: request.routeOptions.url }, error.message)
    }
    if (error.retryAfterSeconds !== undefined) reply.header('retry-after', String(Math.ceil(error.retryAfterSeconds)))
    const { status, body } = answer(error, request)
    return reply.code(status).send(body)
  })
}
