import type { KeyRecord, MetaStore, Project } from '../store/meta/meta-store.ts'
import { isOriginAllowed } from './origins.ts'

/** Projects and keys in memory, so that requests for events ask no database. */
export interface Directory {
  /** Oldest first. */
  projects(): readonly Project[]
  project(id: number): Project | undefined
  /** By id or slug, as people and scripts write them. */
  findProject(ref: string): Project | undefined
  /** A key that works: neither revoked nor of a project that is going. */
  keyByHash(hash: string): KeyRecord | undefined
  /** Whether this was a key, and no longer is. */
  wasRevoked(hash: string): boolean
  /** Whether some browser key names this origin. */
  knowsOrigin(origin: string): boolean
  /**
   * Takes over what changed since, by whatever process. What was stored before this is called is there when it resolves; calls at the same
   * time share one look at the database.
   * @throws HeartwoodError `meta-unavailable`; what was known stays in use
   */
  refresh(): Promise<void>
}

interface Snapshot {
  revision: number
  projects: readonly Project[]
  byId: ReadonlyMap<number, Project>
  bySlug: ReadonlyMap<string, Project>
  keys: ReadonlyMap<string, KeyRecord>
  revoked: ReadonlySet<string>
  origins: readonly string[]
}

const EMPTY: Snapshot = { revision: -1, projects: [], byId: new Map(), bySlug: new Map(), keys: new Map(), revoked: new Set(), origins: [] }

export async function createDirectory(meta: Pick<MetaStore, 'revision' | 'projects' | 'keys'>): Promise<Directory> {
  let snapshot = EMPTY
  let running: Promise<void> | undefined
  let following: Promise<void> | undefined

  const load = async (): Promise<void> => {
    // The revision first: what changes while the lists are read is then seen as new the next time.
    const revision = await meta.revision()
    if (revision === snapshot.revision) return
    const [projects, keys] = [await meta.projects.list(), await meta.keys.list()]
    snapshot = toSnapshot(revision, projects, keys)
  }

  const refresh = (): Promise<void> => {
    if (running === undefined) {
      running = load().finally(() => {
        running = undefined
      })
      return running
    }
    // The look that is under way may have begun before the caller's change; wait for the next.
    following ??= running
      .catch(() => undefined)
      .then(() => {
        following = undefined
        return refresh()
      })
    return following
  }

  await refresh()
  return {
    projects: () => snapshot.projects,
    project: (id) => snapshot.byId.get(id),
    findProject: (ref) => (/^\d{1,15}$/.test(ref) ? snapshot.byId.get(Number(ref)) : snapshot.bySlug.get(ref.normalize('NFC').toLowerCase())),
    keyByHash: (hash) => snapshot.keys.get(hash),
    wasRevoked: (hash) => snapshot.revoked.has(hash),
    knowsOrigin: (origin) => isOriginAllowed(snapshot.origins, origin),
    refresh,
  }
}

function toSnapshot(revision: number, projects: Project[], keys: KeyRecord[]): Snapshot {
  const byId = new Map(projects.map((project) => [project.id, project]))
  const live = keys.filter((key) => key.revokedAt === undefined && byId.has(key.projectId))
  return {
    revision,
    projects,
    byId,
    bySlug: new Map(projects.map((project) => [project.slug, project])),
    keys: new Map(live.map((key) => [key.hash, key])),
    revoked: new Set(keys.filter((key) => key.revokedAt !== undefined).map((key) => key.hash)),
    origins: [...new Set(live.filter((key) => key.scope === 'browser').flatMap((key) => key.origins))],
  }
}
