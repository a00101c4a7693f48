import type { Access, Scope } from '@heartwood/protocol'
import { describe, expect, it } from 'vitest'
import type { Caller } from '../http/caller.ts'
import { decide } from './access.ts'
import { grantsOf } from './key-shapes.ts'

const OWN = 7
const key = (scope: Scope, grants?: readonly Scope[]): Caller => ({ kind: 'key', keyId: 'k', projectId: OWN, scope, ...(grants ? { grants } : {}) })

const CALLERS: Record<string, Caller> = {
  anonymous: { kind: 'anonymous' },
  person: { kind: 'person', personId: 'p' },
  local: { kind: 'local' },
  ingest: key('ingest'),
  browser: key('browser'),
  read: key('read'),
  admin: key('admin'),
  timberlogs: key('ingest', grantsOf('ingest', 'timberlogs')),
}

/** `+` allowed; otherwise the refusal: m key-missing, s sign-in-required, f key-forbidden. */
const TABLE: Record<string, Record<Access, string>> = {
  anonymous: { public: '+', ingest: 'm', browser: 'm', read: 'm', admin: 'm', owner: 's' },
  person: { public: '+', ingest: '+', browser: '+', read: '+', admin: '+', owner: '+' },
  local: { public: '+', ingest: '+', browser: '+', read: '+', admin: '+', owner: '+' },
  ingest: { public: '+', ingest: '+', browser: '+', read: 'f', admin: 'f', owner: 'f' },
  browser: { public: '+', ingest: '+', browser: '+', read: 'f', admin: 'f', owner: 'f' },
  read: { public: '+', ingest: 'f', browser: 'f', read: '+', admin: 'f', owner: 'f' },
  admin: { public: '+', ingest: '+', browser: '+', read: '+', admin: '+', owner: 'f' },
  timberlogs: { public: '+', ingest: '+', browser: '+', read: '+', admin: 'f', owner: 'f' },
}
const CODES: Record<string, string> = { '+': 'allow', m: 'key-missing', s: 'sign-in-required', f: 'key-forbidden' }

describe('decide', () => {
  for (const [name, row] of Object.entries(TABLE)) {
    it(`gives ${name} what the table says`, () => {
      const caller = CALLERS[name] as Caller
      for (const [access, mark] of Object.entries(row)) expect(decide(caller, access as Access), access).toBe(CODES[mark])
    })
  }

  it('keeps keys in their own project and lets people into all', () => {
    expect(decide(key('read'), 'read', OWN)).toBe('allow')
    expect(decide(key('read'), 'read', 8)).toBe('project-forbidden')
    expect(decide(key('ingest'), 'read', 8)).toBe('key-forbidden')
    expect(decide({ kind: 'local' }, 'admin', 8)).toBe('allow')
  })
})
