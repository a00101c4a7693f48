import { createTestServer, type TestServer } from '../../../auth/testing/test-server.ts'
import { createKeys } from '../keys.ts'
import { createProjects, type Projects } from '../projects.ts'
import { registerProjects } from '../routes.ts'

export interface ProjectsServer extends TestServer {
  projects: Projects
  /** Projects whose events were deleted. */
  deleted: number[]
  /** Projects whose dead letters were removed. */
  discarded: number[]
}

/** The routes of this feature on a real store, with an event store that only notes what it was asked to delete; for tests. */
export async function createProjectsServer(options: { failDeletion?: () => boolean } = {}): Promise<ProjectsServer> {
  const deleted: number[] = []
  const discarded: number[] = []
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
      const discardDeadLetters = async (id: number) => {
        discarded.push(id)
      }
      const projects = createProjects({ meta, directory, events, discardDeadLetters, checkPattern })
      made.push(projects)
      registerProjects(app, { projects, keys: createKeys({ meta, directory, authenticator }), directory })
    },
  })
  const [projects] = made
  if (projects === undefined) throw new Error('The routes were not registered.')
  return { ...server, projects, deleted, discarded }
}
