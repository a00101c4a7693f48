import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { quietly } from './quietly.ts'

/** Hears a channel of Node. What a subscriber throws would end the process. @returns what ends it */
export const listen = <Message>(channel: string, handle: (message: Message) => void): (() => void) => {
  const quiet = quietly(handle)
  // The name of a channel is the contract for what it publishes.
  const listener = (message: unknown): void => quiet(message as Message)
  subscribe(channel, listener)
  return () => unsubscribe(channel, listener)
}
