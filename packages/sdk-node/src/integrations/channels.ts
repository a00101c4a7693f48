import { subscribe, unsubscribe } from 'node:diagnostics_channel'

/**
 * Hears a channel of Node. What a subscriber throws would end the process: a lost breadcrumb is the lesser harm.
 * @returns what ends it
 */
export const listen = <Message>(channel: string, handle: (message: Message) => void): (() => void) => {
  const quiet = quietly(handle)
  // The name of a channel is the contract for what it publishes.
  const listener = (message: unknown): void => quiet(message as Message)
  subscribe(channel, listener)
  return () => unsubscribe(channel, listener)
}

export const quietly =
  <Value>(handle: (value: Value) => void) =>
  (value: Value): void => {
    try {
      handle(value)
    } catch {
      // The program's request goes on.
    }
  }
