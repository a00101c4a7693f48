import { ApiError } from '@heartwood/protocol'
import { type Command, say, writeLine } from '../context.ts'
import { CliError, EXIT } from '../errors.ts'
import { createEventPrinter } from '../output/event-printer.ts'
import { formatTable } from '../output/table.ts'
import { formatBytes, formatCount, plural } from '../output/units.ts'
import { onServer } from './call.ts'

export const listDeadLetters = (): Command =>
  onServer(async ({ client }, context, options) => {
    const { deadLetters } = await client.listDeadLetters()
    if (options.json) await writeLine(context.stdout, JSON.stringify(deadLetters))
    else if (deadLetters.length === 0) say(context, 'There are no dead letters.')
    else {
      const rows = deadLetters.map((d) => [d.id, d.at, d.projectId, d.door, formatCount(d.rows), formatBytes(d.bytes), d.reason])
      await writeLine(context.stdout, formatTable(['ID', 'AT', 'PROJECT', 'DOOR', 'EVENTS', 'SIZE', 'REASON'], rows))
    }
    return EXIT.done
  })

export const inspectDeadLetter = ([id = '']: string[]): Command =>
  onServer(async ({ client }, context, options) => {
    const letter = await client.inspectDeadLetter({ params: { id } })
    if (options.json) {
      await writeLine(context.stdout, JSON.stringify(letter))
      return EXIT.done
    }
    say(context, `Not stored because: ${letter.reason}\nIts first ${plural(letter.events.length, 'event')}:`)
    const print = createEventPrinter(context, options)
    for (const event of letter.events) await print(event)
    return EXIT.done
  })

/** Replays each; one that fails does not keep the others from being tried. */
export const replayDeadLetters = (named: string[]): Command<{ all?: boolean }> =>
  onServer(async ({ client }, context, options) => {
    if (named.length === 0 && !options.all) throw new CliError('usage', 'Name the dead letters to replay, or say --all.')
    const ids = options.all ? (await client.listDeadLetters()).deadLetters.map((d) => d.id) : named
    const replayed: { id: string; rows: number }[] = []
    let failure: ApiError | undefined
    for (const id of ids) {
      try {
        replayed.push({ id, rows: (await client.replayDeadLetter({ params: { id } })).rows })
      } catch (error) {
        if (!(error instanceof ApiError) || error.status === 401 || error.status === 403) throw error
        failure = error
        say(context, `${id}: ${error.message}`)
      }
    }
    const rows = replayed.reduce((sum, one) => sum + one.rows, 0)
    if (options.json) await writeLine(context.stdout, JSON.stringify(replayed))
    else await writeLine(context.stdout, `Replayed ${plural(replayed.length, 'batch', 'batches')} with ${plural(rows, 'event')}.`)
    if (failure && replayed.length === 0) throw failure
    return failure ? EXIT.partly : EXIT.done
  })
