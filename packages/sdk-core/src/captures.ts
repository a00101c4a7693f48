import type { Client } from './client.ts'
import { type LoggerTools, NO_LOGGER } from './logger.ts'

/** What a program calls beside its loggers; what these functions are called by is the caller. */
export const createCaptures = ({ call, callThrown }: Pick<LoggerTools, 'call' | 'callThrown'>): Pick<Client, 'audit' | 'captureException'> => {
  const captureException: Client['captureException'] = (error, options) => {
    const { level = 'error', handled, attributes, ...rest } = options ?? {}
    const more = handled === undefined ? attributes : { ...attributes, 'error.handled': handled }
    // What nobody handled came by an integration; its stack tells where from.
    return callThrown(level, error, more, rest, handled === false ? undefined : captureException)
  }
  const audit: Client['audit'] = (action, actor, context) => {
    // Programs without types audit what nobody did, such as the end of a session that has no user any more.
    const who = typeof actor === 'object' && actor !== null ? actor : { id: actor ?? 'unknown' }
    const id = String(who.id ?? 'unknown')
    return call('info', NO_LOGGER, 3, `${id} ${action}`, { ...context, audit: { action, actor: id } }, { kind: 'audit', user: { ...who, id } }, audit)
  }
  return { captureException, audit }
}
