import { createTestServer, type TestServer } from '../../../auth/testing/test-server.ts'
import { createKeys } from '../keys.ts'
import { createProjects, type Projects } from '../projects.ts'
import { registerProjects } from '../routes.ts'

export interface ProjectsServer extends TestServer {
  projects: Projects
  /** Projects whose events were deleted. */
  deleted: number[]
}

/** The routes of this feature on a real store, with an event store that only notes what it was asked to delete; for tests. */
export async function createProjectsServer(options: { failDeletion?: () => boolean } = {}): Promise<ProjectsServer> {
  const deleted: number[] = []
  const events = {
    async deleteProject(id: number) {
      if (options.failDeletion?.() === true) throw new Error('the engine is away')
      deleted.push(id)
    },
  }
  const checkPattern = (pattern: string) => (pattern.includes('(a+)+') ? 'It may take exponential time.' : undefined)
  const made: Projects[] = []
  const server = await createTestServer({
    register(app, { directory, authenticator }, meta) {
      const projects = createProjects({ meta, directory, events, checkPattern })
      made.push(projects)
      registerProjects(app, { projects, keys: createKeys({ meta, directory, authenticator }), directory })
    },
  })
  const [projects] = made
  if (projects === undefined) throw new Error('The routes were not registered.')
  return { ...server, projects, deleted }
}
