import { type Command, say, writeLine } from '../context.ts'
import { EXIT } from '../errors.ts'
import { formatTable } from '../output/table.ts'
import { onServer } from './call.ts'

export const createProject = ([name = '']: string[]): Command<{ retention?: number }> =>
  onServer(async ({ client }, context, options) => {
    const { retention } = options
    const project = await client.createProject({ body: { name, ...(retention === undefined ? {} : { retentionDays: retention }) } })
    if (options.json) await writeLine(context.stdout, JSON.stringify(project))
    else
      await writeLine(
        context.stdout,
        `Created project ${project.name} (${project.slug}, id ${project.id}); events are kept ${project.retentionDays} days.`,
      )
    return EXIT.done
  })

export const listProjects = (): Command =>
  onServer(async ({ client }, context, options) => {
    const { projects } = await client.listProjects()
    if (options.json) await writeLine(context.stdout, JSON.stringify(projects))
    else if (projects.length === 0) say(context, 'There is no project yet. Create one with `heartwood project create NAME`.')
    else {
      const rows = projects.map((p) => [p.id, p.slug, p.name, `${p.retentionDays} days`, p.createdAt.slice(0, 10)])
      await writeLine(context.stdout, formatTable(['ID', 'SLUG', 'NAME', 'KEPT', 'CREATED'], rows))
    }
    return EXIT.done
  })
