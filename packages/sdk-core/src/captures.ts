import type { Client } from './client.ts'
import { type LoggerTools, NO_LOGGER } from './logger.ts'
import { describeThrown, readMembers } from './values/describe.ts'

/** What a program calls beside its loggers; what these functions are called by is the caller. */
export const createCaptures = ({ call, callThrown }: Pick<LoggerTools, 'call' | 'callThrown'>): Pick<Client, 'audit' | 'captureException'> => {
  const captureException: Client['captureException'] = (error, options) => {
    const { level = 'error', handled, attributes, ...rest } = membersOf(options)
    const more = handled === undefined ? attributes : { ...membersOf(attributes), 'error.handled': handled }
    // What nobody handled came by an integration; its stack tells where from.
    return callThrown(level, error, more, rest, handled === false ? undefined : captureException)
  }
  const audit: Client['audit'] = (action, actor, context) => {
    // Programs without types audit what nobody did, such as the end of a session that has no user any more.
    const who = typeof actor === 'object' && actor !== null ? membersOf(actor) : { id: actor }
    const [id, what] = [textOf(who.id ?? 'unknown'), textOf(action)]
    const attributes = { ...membersOf(context), audit: { action: what, actor: id } }
    return call('info', NO_LOGGER, 3, `${id} ${what}`, attributes, { kind: 'audit', user: { ...who, id } }, audit)
  }
  return { captureException, audit }
}

/** Its own members in a new object; what throws when it is read loses itself, and nothing beside it. */
const membersOf = <Members extends object>(object: Members | null | undefined): Partial<Members> => {
  try {
    return { ...object }
  } catch {
    return readEach(object ?? {}) as Partial<Members>
  }
}

const readEach = (object: object): object => {
  try {
    return readMembers(object)
  } catch (thrown) {
    return { value: describeThrown(thrown) }
  }
}

const textOf = (value: unknown): string => {
  try {
    return String(value)
  } catch (thrown) {
    return describeThrown(thrown)
  }
}
