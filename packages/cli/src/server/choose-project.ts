import { type ApiClient, ApiError } from '@heartwood/protocol'
import { CliError } from '../errors.ts'

export interface ChosenProject {
  id: string
  slug: string
}

/**
 * The project that was named by id, slug or name, or the only one there is. Undefined when the key may not list projects and none was
 * named: then the server takes the key's own.
 */
export async function chooseProject(client: ApiClient, named: string | undefined): Promise<ChosenProject | undefined> {
  let projects: ChosenProject[]
  try {
    projects = (await client.listProjects()).projects
  } catch (error) {
    // A key that may only ingest cannot look; the server knows its project anyway.
    if (error instanceof ApiError && error.status === 403) return named === undefined ? undefined : { id: named, slug: named }
    throw error
  }
  if (named !== undefined) {
    const found = projects.find((p) => p.id === named || p.slug === named) ?? projects.find((p) => 'name' in p && p.name === named)
    if (!found)
      throw new CliError('project-not-found', `There is no project “${named}”${projects.length ? `; there are ${listSlugs(projects)}` : ''}.`)
    return found
  }
  const [only, ...others] = projects
  if (!only) throw new CliError('project-none', 'There is no project yet.')
  if (others.length > 0) throw new CliError('project-needed', `There are several projects: ${listSlugs(projects)}.`)
  return only
}

/** For routes that need a project in the query. */
export async function needProject(client: ApiClient, named: string | undefined): Promise<ChosenProject> {
  const project = await chooseProject(client, named)
  if (!project) throw new CliError('not-allowed', 'This key may not read; it is perhaps one for sending events.')
  return project
}

const listSlugs = (projects: ChosenProject[]): string => projects.map((p) => p.slug).join(', ')
