import { useCallback, useSyncExternalStore } from 'react'

/** What a person set once for this browser; not part of a page's state. */
interface Preferences {
  railCollapsed: boolean
  facetsHidden: boolean
  wrap: boolean
  density: 'compact' | 'comfortable'
  lastProject: string
  queryHistory: string[]
  facetFields: string[]
}

const DEFAULTS: Preferences = {
  railCollapsed: false,
  facetsHidden: false,
  wrap: false,
  density: 'compact',
  lastProject: '',
  queryHistory: [],
  facetFields: [],
}

const listeners = new Set<() => void>()
const cache = new Map<string, { text: string | null; value: unknown }>()

function readPreference<Name extends keyof Preferences>(name: Name): Preferences[Name] {
  const text = readText(name)
  const known = cache.get(name)
  if (known?.text === text) return known.value as Preferences[Name]
  const value = text === null ? DEFAULTS[name] : parseLike(text, DEFAULTS[name])
  cache.set(name, { text, value })
  return value
}

function writePreference<Name extends keyof Preferences>(name: Name, value: Preferences[Name]): void {
  try {
    localStorage.setItem(`heartwood.${name}`, JSON.stringify(value))
  } catch {
    // A browser that stores nothing keeps the defaults.
  }
  for (const listener of listeners) listener()
}

export function usePreference<Name extends keyof Preferences>(name: Name): [Preferences[Name], (value: Preferences[Name]) => void] {
  const value = useSyncExternalStore(subscribe, () => readPreference(name))
  const write = useCallback((next: Preferences[Name]) => writePreference(name, next), [name])
  return [value, write]
}

/** For the places that decide a redirect before anything is rendered. */
export const lastProject = (): string => readPreference('lastProject')

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

function readText(name: string): string | null {
  try {
    return localStorage.getItem(`heartwood.${name}`)
  } catch {
    return null
  }
}

/** A stored value of another shape than the default is ignored. */
function parseLike<Value>(text: string, fallback: Value): Value {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === typeof fallback && Array.isArray(value) === Array.isArray(fallback) ? (value as Value) : fallback
  } catch {
    return fallback
  }
}
