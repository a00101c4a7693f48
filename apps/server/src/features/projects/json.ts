import type { KeyJson, ProjectJson } from '@heartwood/protocol'
import type { KeyRecord, Project } from '../../store/meta/meta-store.ts'

const toTime = (ms: number): string => new Date(ms).toISOString()

export const toProjectJson = ({ id, name, slug, retentionDays, redaction, sampleRates, createdAt }: Project): ProjectJson => ({
  id: String(id),
  name,
  slug,
  retentionDays,
  redaction,
  sampleRates,
  createdAt: toTime(createdAt),
})

/** Without its hash: that never leaves the server. */
export const toKeyJson = (key: KeyRecord): KeyJson => ({
  id: key.id,
  projectId: String(key.projectId),
  name: key.name,
  scope: key.scope,
  client: key.client,
  origins: [...key.origins],
  hint: key.hint,
  createdAt: toTime(key.createdAt),
  ...(key.lastUsedAt === undefined ? {} : { lastUsedAt: toTime(key.lastUsedAt) }),
  ...(key.revokedAt === undefined ? {} : { revokedAt: toTime(key.revokedAt) }),
})
