import { type Command, say, writeLine } from '../context.ts'
import { EXIT } from '../errors.ts'
import { formatTable } from '../output/table.ts'
import { needProject } from '../server/choose-project.ts'
import { onServer } from './call.ts'

export const createHeartbeat = ([name = '']: string[]): Command =>
  onServer(async ({ client }, context, options) => {
    const project = await needProject(client, options.project)
    const heartbeat = await client.createHeartbeat({ body: { project: project.id, name } })
    if (options.json) await writeLine(context.stdout, JSON.stringify(heartbeat))
    else {
      await writeLine(context.stdout, heartbeat.url)
      say(context, `Heartbeat ${heartbeat.id} (${heartbeat.name}) of project ${project.slug}: let the job call this address when it is done.`)
    }
    return EXIT.done
  })

export const listHeartbeats = (): Command =>
  onServer(async ({ client }, context, options) => {
    const project = await needProject(client, options.project)
    const { heartbeats } = await client.listHeartbeats({ query: { project: project.id } })
    if (options.json) await writeLine(context.stdout, JSON.stringify(heartbeats))
    else if (heartbeats.length === 0) say(context, 'There is no heartbeat yet. Create one with `heartwood heartbeat create NAME`.')
    else {
      const rows = heartbeats.map((h) => [h.id, h.name, h.lastAt ?? 'never', String(h.checkins), h.url, h.revokedAt === undefined ? '' : 'revoked'])
      await writeLine(context.stdout, formatTable(['ID', 'NAME', 'LAST', 'IN 30 DAYS', 'ADDRESS', ''], rows))
    }
    return EXIT.done
  })

export const revokeHeartbeat = ([id = '']: string[]): Command =>
  onServer(async ({ client }, context, options) => {
    await client.revokeHeartbeat({ params: { id } })
    await writeLine(context.stdout, options.json ? JSON.stringify({ id, revoked: true }) : `Revoked heartbeat ${id}.`)
    return EXIT.done
  })
