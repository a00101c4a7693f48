import type { KeyJson, Scope } from '@heartwood/protocol'
import { type Command, say, writeLine } from '../context.ts'
import { EXIT } from '../errors.ts'
import { formatTable } from '../output/table.ts'
import { needProject } from '../server/choose-project.ts'
import { onServer } from './call.ts'

interface CreateOptions {
  scope: Scope
  name?: string
  client: KeyJson['client']
  origin: string[]
}

export const createKey = (): Command<CreateOptions> =>
  onServer(async ({ client }, context, options) => {
    const project = await needProject(client, options.project)
    const { scope, name = '', origin: origins } = options
    const key = await client.createKey({ body: { project: project.id, scope, name, client: options.client, origins } })
    if (options.json) await writeLine(context.stdout, JSON.stringify(key))
    else {
      await writeLine(context.stdout, key.key)
      say(context, `Key ${key.id} (${scope}) of project ${project.slug}. Keep it now: it is not shown again.`)
    }
    return EXIT.done
  })

export const listKeys = (): Command =>
  onServer(async ({ client }, context, options) => {
    const projects = options.project === undefined ? (await client.listProjects()).projects : [await needProject(client, options.project)]
    const keys = (await Promise.all(projects.map((p) => client.listKeys({ query: { project: p.id } })))).flatMap((answer) => answer.keys)
    const slugs = new Map(projects.map((p) => [p.id, p.slug]))
    if (options.json) await writeLine(context.stdout, JSON.stringify(keys))
    else if (keys.length === 0) say(context, 'There is no key yet. Create one with `heartwood key create --scope ingest`.')
    else {
      const rows = keys.map((k) => [
        k.id,
        slugs.get(k.projectId) ?? k.projectId,
        k.scope,
        k.client,
        k.name || '-',
        `${k.hint}…`,
        k.lastUsedAt ?? 'never',
        k.revokedAt === undefined ? '' : 'revoked',
      ])
      await writeLine(context.stdout, formatTable(['ID', 'PROJECT', 'SCOPE', 'CLIENT', 'NAME', 'KEY', 'LAST USED', ''], rows))
    }
    return EXIT.done
  })

export const revokeKey = ([id = '']: string[]): Command =>
  onServer(async ({ client }, context, options) => {
    await client.revokeKey({ params: { id } })
    await writeLine(context.stdout, options.json ? JSON.stringify({ id, revoked: true }) : `Revoked key ${id}.`)
    return EXIT.done
  })
