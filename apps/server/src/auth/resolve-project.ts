import { HeartwoodError } from '../errors.ts'
import type { Caller } from '../http/caller.ts'
import type { Project } from '../store/meta/meta-store.ts'
import { refusal } from './access.ts'
import type { Directory } from './directory.ts'

/**
 * The project a caller means: by id or slug, or (without one) the project of its key.
 * @throws HeartwoodError `project-forbidden` when a key names another project (whether there is one or not), `project-not-found`,
 *   `validation-failed` when a person names none
 */
export function resolveProject(directory: Directory, caller: Caller, ref: string | undefined): Project {
  if (caller.kind === 'anonymous') throw refusal('key-missing')
  if (caller.kind === 'key') {
    const own = directory.project(caller.projectId)
    if (own === undefined) throw refusal('key-invalid')
    const named = ref === undefined ? own : directory.findProject(ref)
    if (named?.id !== own.id) throw refusal('project-forbidden')
    return named
  }
  if (ref === undefined) {
    throw new HeartwoodError('validation-failed', 'Name the project: its id or slug.', {
      details: [{ place: 'query', path: 'project', message: 'expected an id or slug' }],
    })
  }
  const project = directory.findProject(ref)
  if (project === undefined) throw new HeartwoodError('project-not-found', `There is no project “${ref}”.`)
  return project
}
