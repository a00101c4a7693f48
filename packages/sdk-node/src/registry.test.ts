import type { Client } from '@heartwood/sdk-core'
import { expect, it, vi } from 'vitest'
import { contextStorage, getClient, joinPatch, setClient } from './registry.ts'

/** The same module once more, as a second copy of the package would bring it. */
const copy = async (): Promise<typeof import('./registry.ts')> => {
  vi.resetModules()
  return import('./registry.ts')
}

it('copies of the package share the client and the context', async () => {
  const other = await copy()
  expect(other.getClient).not.toBe(getClient)
  // The registry looks at nothing of a client.
  const client = {} as Client
  expect(setClient(client)).toBeUndefined()
  expect(other.getClient()).toBe(client)
  expect(other.contextStorage()).toBe(contextStorage())
  expect(other.setClient(undefined)).toBe(client)
})

it('a patch is installed once for all copies, hears every listener, and goes with the last', async () => {
  const other = await copy()
  const heard: string[] = []
  let installed = 0
  let emit = (_text: string): void => undefined
  const install = (listeners: ReadonlySet<(text: string) => void>) => {
    installed += 1
    emit = (text) => {
      for (const listener of listeners) listener(text)
    }
    return () => {
      installed -= 1
      return true
    }
  }
  const leaveFirst = joinPatch('test', (text: string) => heard.push(`first ${text}`), install)
  const leaveSecond = other.joinPatch('test', (text: string) => heard.push(`second ${text}`), install)
  emit('a')
  leaveFirst()
  leaveFirst()
  emit('b')
  expect(installed).toBe(1)
  leaveSecond()
  expect(installed).toBe(0)
  expect(heard).toEqual(['first a', 'second a', 'second b'])
  joinPatch('test', () => undefined, install)()
  expect(installed).toBe(0)
})

it('a patch that somebody else has covered stays and is used again', () => {
  let installs = 0
  const install = () => {
    installs += 1
    return () => false
  }
  joinPatch('covered', () => undefined, install)()
  joinPatch('covered', () => undefined, install)()
  expect(installs).toBe(1)
})
