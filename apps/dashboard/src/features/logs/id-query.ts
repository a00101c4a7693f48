import { quoteTerm } from './model/query-tokens.ts'

const ID_FIELDS = ['traceId', 'spanId', 'sessionId', 'userId', 'requestId', 'flowId'] as const

/** A query for whatever carries an id of unknown kind. */
export const idQuery = (id: string): string => ID_FIELDS.map((field) => `${field}:${quoteTerm(id)}`).join(' OR ')
