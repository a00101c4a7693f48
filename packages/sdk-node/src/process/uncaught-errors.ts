import type { Client, Integration } from '@heartwood/sdk-core'
import { joinPatch } from '../registry.ts'
import { markReported } from '../reported.ts'
import { unhandledRejectionsMode } from './rejections-mode.ts'

type Origin = 'uncaughtException' | 'unhandledRejection'
type Listener = (error: unknown, origin: Origin, fatal: boolean) => void

/**
 * Captures what nobody caught, and changes nothing of what Node does about it: exit status, output and the program's own listeners are as
 * without it, in every mode of `--unhandled-rejections`. `fatal` where the process ends by it, else `error`.
 */
export const uncaughtErrors = (): Integration<Client> => ({
  name: 'uncaughtErrors',
  setup(client) {
    return joinPatch<Listener>(
      'uncaught-errors.1',
      (error, origin, fatal) =>
        void client.captureException(error, { level: fatal ? 'fatal' : 'error', handled: false, attributes: { 'error.mechanism': origin } }),
      install,
    )
  },
})

const install = (listeners: ReadonlySet<Listener>): (() => boolean) => {
  const tell = (error: unknown, origin: Origin, fatal: boolean): void => {
    if (!markReported(error)) return
    for (const listener of listeners) {
      try {
        listener(error, origin, fatal)
      } catch {
        // An error here would end the process with status 7.
      }
    }
  }

  // Hears of errors whether or not the program handles them, and changes nothing. Rejections come this way where they are errors to Node.
  const monitor = (error: unknown, origin: Origin): void => {
    const fatal = process.listenerCount('uncaughtException') === 0 && !process.hasUncaughtExceptionCaptureCallback()
    tell(error, origin, fatal)
  }
  process.on('uncaughtExceptionMonitor', monitor)

  const stopRejections = watchRejections((reason) => tell(reason, 'unhandledRejection', false))
  return () => {
    process.off('uncaughtExceptionMonitor', monitor)
    stopRejections()
    return true
  }
}

/**
 * A listener for `unhandledRejection` changes what Node does: it counts as handling. Where a listener changes nothing (modes `warn` and
 * `none`) ours is always there; elsewhere only while the program has one of its own. It comes first: that of the program may end the process.
 */
const watchRejections = (tell: (reason: unknown) => void): (() => void) => {
  const listener = (reason: unknown): void => tell(reason)
  const mode = unhandledRejectionsMode()
  const isHarmless = mode === 'warn' || mode === 'none'
  // In this mode the monitor has heard of it before.
  if (mode === 'strict') return () => undefined
  const stopWarnings = mode === 'warn-with-error-code' ? watchWarnings(tell) : undefined

  const isOurs = (other: unknown): boolean => other === listener
  const programListens = (): boolean => process.listeners('unhandledRejection').some((other) => !isOurs(other))
  const isThere = (): boolean => process.listeners('unhandledRejection').some(isOurs)
  const added = (event: string | symbol, other: unknown): void => {
    if (event === 'unhandledRejection' && !isOurs(other) && !isThere()) process.prependListener('unhandledRejection', listener)
  }
  const removed = (event: string | symbol, other: unknown): void => {
    if (event === 'unhandledRejection' && !isOurs(other) && !isHarmless && !programListens()) process.off('unhandledRejection', listener)
  }
  if (isHarmless || programListens()) process.prependListener('unhandledRejection', listener)
  process.on('newListener', added)
  process.on('removeListener', removed)
  return () => {
    process.off('newListener', added)
    process.off('removeListener', removed)
    process.off('unhandledRejection', listener)
    stopWarnings?.()
  }
}

/** The one mode in which Node tells of a rejection that nobody handles only by a warning: the stack of what was thrown is all there is. */
const watchWarnings = (tell: (reason: unknown) => void): (() => void) => {
  const listener = (warning: Error): void => {
    // Two come for each: the first, which has the stack as its message, is made by Node for the eye alone.
    if (warning.name !== 'UnhandledPromiseRejectionWarning' || !warning.message.startsWith('Unhandled promise rejection.')) return
    const [, type = 'Error', message = 'a promise was rejected'] = /^(?:Uncaught )?([\w$.]+)(?: \[\w+\])?: (.*)/.exec(warning.stack ?? '') ?? []
    const error = new Error(type === warning.name ? warning.message : message)
    if (type !== warning.name) error.name = type
    if (warning.stack !== undefined) error.stack = warning.stack
    tell(error)
  }
  process.on('warning', listener)
  return () => process.off('warning', listener)
}
