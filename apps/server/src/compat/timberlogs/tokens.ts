import type { Directory } from '../../auth/directory.ts'
import type { People } from '../../auth/people.ts'
import { HeartwoodError } from '../../errors.ts'
import type { Keys } from '../../features/projects/keys.ts'
import type { TimberlogsRoutesDeps } from './routes.ts'

/** Tokens are keys that read one project: they stand with the others in its settings, and are revoked there. */
export const createTokens =
  (keys: Pick<Keys, 'create'>, directory: Pick<Directory, 'project'>, people: Pick<People, 'byId'>): TimberlogsRoutesDeps['createToken'] =>
  async ({ projectId, personId }) => {
    const project = directory.project(projectId)
    if (project === undefined) throw new HeartwoodError('project-not-found', 'The project is not there any more.')
    const person = personId === undefined ? undefined : await people.byId(personId)
    const name = `timberlogs login of ${person?.email ?? 'the administrator'}`.slice(0, 100)
    const { secret } = await keys.create({ projectId, scope: 'read', name, client: 'timberlogs', origins: [] })
    return { token: secret, projectName: project.name }
  }
