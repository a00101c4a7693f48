import type { IssueState, KeyJson, Redaction, SampleRates, Scope } from '@heartwood/protocol'

/** All times are milliseconds since 1970. */
export interface Person {
  id: string
  /** Lower-case, as {@link PeopleStore.byEmail} looks for it. */
  email: string
  name: string
  createdAt: number
}

export interface PersonRecord extends Person {
  passwordHash: string
}

export interface SessionRecord {
  /** Hash of the token in the cookie; the token itself is never stored. */
  hash: string
  personId: string
  createdAt: number
  expiresAt: number
}

export interface Project {
  /** Also the engine's `project_id`; never given out twice. */
  id: number
  name: string
  /** Given at creation and kept when the project is renamed, because links and scripts hold it. */
  slug: string
  retentionDays: number
  redaction: Redaction
  sampleRates: SampleRates
  /** When they were last changed; undefined: never. */
  sampleRatesAt: number | undefined
  createdAt: number
}

interface NewProject extends Omit<Project, 'id' | 'slug' | 'sampleRates' | 'sampleRatesAt'> {
  /** The slug it should have; a number is appended when another project has it. */
  wantedSlug: string
}

export type ProjectPatch = Partial<Pick<Project, 'name' | 'retentionDays' | 'redaction'>> & { sampleRates?: { rates: SampleRates; at: number } }

/** A job whose sign of life is waited for; its token stands in the address that it calls. */
export interface Heartbeat {
  id: string
  projectId: number
  name: string
  /** Kept as it is: its owner must be able to read it again, and all that it opens is one line in one project. */
  token: string
  createdAt: number
  revokedAt: number | undefined
}

export type KeyClient = KeyJson['client']

export interface KeyRecord {
  id: string
  projectId: number
  name: string
  scope: Scope
  client: KeyClient
  origins: readonly string[]
  hash: string
  hint: string
  createdAt: number
  lastUsedAt: number | undefined
  revokedAt: number | undefined
}

export type NewKey = Omit<KeyRecord, 'lastUsedAt' | 'revokedAt'>

export interface PeopleStore {
  hasOwner(): Promise<boolean>
  /**
   * Makes the first person, once and for all: of several callers at the same time one gets `created`. With `claimHash` it also uses that
   * claim up, and answers `claim-invalid` when it is not the current one.
   */
  createOwner(person: PersonRecord, claimHash?: string): Promise<'created' | 'claim-invalid' | 'owner-exists'>
  byEmail(email: string): Promise<PersonRecord | undefined>
  byId(id: string): Promise<Person | undefined>
  /** What a person says to be good at; empty when nothing was said. */
  skills(id: string): Promise<readonly string[]>
  setSkills(id: string, skills: readonly string[]): Promise<void>
}

export interface SessionStore {
  create(session: SessionRecord): Promise<void>
  find(hash: string, now: number): Promise<{ person: Person; expiresAt: number } | undefined>
  extend(hash: string, expiresAt: number): Promise<void>
  remove(hash: string): Promise<void>
  removeExpired(now: number): Promise<void>
}

export interface ProjectStore {
  /** Oldest first, without those that are being deleted. */
  list(): Promise<Project[]>
  create(project: NewProject): Promise<Project>
  /** Undefined when it is not there. */
  update(id: number, patch: ProjectPatch): Promise<Project | undefined>
  /** Hides it, frees its slug and revokes its keys, all at once. False when it is not there. */
  startDeletion(id: number, now: number): Promise<boolean>
  /** Ids of projects whose deletion was begun and not finished. */
  inDeletion(): Promise<number[]>
  finishDeletion(id: number): Promise<void>
}

export interface KeyStore {
  /** Oldest first, revoked ones too; of all projects when none is named. */
  list(projectId?: number): Promise<KeyRecord[]>
  byId(id: string): Promise<KeyRecord | undefined>
  /** False when the project is not there (any more). */
  create(key: NewKey): Promise<boolean>
  /** False when it is not there or was revoked before. */
  revoke(id: string, now: number): Promise<boolean>
  recordUses(uses: readonly { id: string; at: number }[]): Promise<void>
}

export interface HeartbeatStore {
  /** Oldest first, revoked ones too. */
  list(projectId: number): Promise<Heartbeat[]>
  byId(id: string): Promise<Heartbeat | undefined>
  /** One that is not revoked, of a project that is there. */
  byToken(token: string): Promise<Heartbeat | undefined>
  /** False when the project is not there (any more). */
  create(heartbeat: Omit<Heartbeat, 'revokedAt'>): Promise<boolean>
  /** False when it is not there or was revoked before. */
  revoke(id: string, now: number): Promise<boolean>
}

export interface IssueRecord {
  issueId: string
  state: IssueState
  /** When it was last said to be resolved; undefined in other states. */
  resolvedAt: number | undefined
  updatedAt: number
  /** In the order in which they were assigned. */
  assignees: readonly Person[]
}

interface IssueNote {
  id: string
  text: string
  author: Person | undefined
  createdAt: number
}

/** What people say of issues; the issues themselves are made of events. */
export interface IssueStore {
  /** Those of which anything was said, of one project. */
  list(projectId: number): Promise<IssueRecord[]>
  find(projectId: number, issueId: string): Promise<IssueRecord | undefined>
  setState(projectId: number, issueId: string, state: IssueState, now: number): Promise<void>
  /** Replaces all assignees. @returns false when one of them is not there; nothing was changed then. */
  assign(projectId: number, issueId: string, personIds: readonly string[], now: number): Promise<boolean>
  addNote(note: { id: string; projectId: number; issueId: string; personId: string | undefined; text: string; createdAt: number }): Promise<void>
  /** Oldest first. */
  notes(projectId: number, issueId: string): Promise<IssueNote[]>
}

interface BearerTokenRecord {
  /** Hash of the token; the token itself is never stored. */
  hash: string
  personId: string
  kind: 'access' | 'refresh'
  createdAt: number
  expiresAt: number
}

export interface BearerTokenStore {
  create(tokens: readonly BearerTokenRecord[]): Promise<void>
  find(hash: string, kind: BearerTokenRecord['kind'], now: number): Promise<Person | undefined>
  removeExpired(now: number): Promise<void>
}

export interface SettingStore {
  get(name: string): Promise<string | undefined>
  set(name: string, value: string): Promise<void>
  /** Stores the value unless there is one, and returns what is stored: of several processes at once all get the same. */
  setOnce(name: string, value: string): Promise<string>
  remove(name: string): Promise<void>
}

/**
 * What people configure. Two adapters, SQLite and PostgreSQL, share one schema and one set of queries.
 * Every method throws HeartwoodError `meta-unavailable` when the database cannot do it now.
 */
export interface MetaStore {
  readonly people: PeopleStore
  readonly sessions: SessionStore
  readonly projects: ProjectStore
  readonly keys: KeyStore
  readonly heartbeats: HeartbeatStore
  readonly settings: SettingStore
  readonly issues: IssueStore
  readonly bearerTokens: BearerTokenStore
  /** Grows with each change of projects and keys, by whatever process; caches compare it. Uses of keys do not count. */
  revision(): Promise<number>
  /** Really asks the database. */
  ping(): Promise<void>
  close(): Promise<void>
}
