import { createHash, randomUUID } from 'node:crypto'
import { realpath, stat } from 'node:fs/promises'
import { relative } from 'node:path'
import type { Format } from '@heartwood/protocol'
import { type Command, type Context, type GlobalOptions, writeLine } from '../context.ts'
import { CliError, EXIT } from '../errors.ts'
import { findFiles, STDIN } from '../import/find-files.ts'
import { type FileOutcome, importFile } from '../import/import-file.ts'
import { type Journal, openJournal } from '../import/journal.ts'
import { openFile, openStream } from '../import/open-source.ts'
import { createProgress, type Progress } from '../import/progress.ts'
import { formatReport, toReportJson } from '../import/report.ts'
import { askUntilAnswered, createSender, type IngestDefaults, type SendPiece } from '../import/sender.ts'
import { serviceOfPath } from '../import/service-of-path.ts'
import { createTally, type Tally } from '../import/tally.ts'
import { type ChosenProject, chooseProject } from '../server/choose-project.ts'
import type { Connection } from '../server/connection.ts'
import { toCliError } from '../server/connection.ts'
import { onServer } from './call.ts'

interface ImportOptions extends IngestDefaults {
  format: Format
  year?: number
  name?: string
  again?: boolean
  retryFor: number
}

/** Files at a time: while the server decodes a piece of one, the next piece of another is under way. */
const AT_ONCE = 2

interface Run {
  context: Context
  options: GlobalOptions & ImportOptions
  connection: Connection
  projectKey: string
  journal: Journal
  send: SendPiece
  tally: Tally
  progress: Progress
  /** Bytes on disk that are done, by file. */
  done: Map<string, number>
  outcomes: { file: string; outcome: FileOutcome['kind'] | 'nothing-new' | 'failed'; message?: string }[]
  failures: unknown[]
}

export const importFiles = (named: string[]): Command<ImportOptions> =>
  onServer(async (connection, context, options) => {
    checkTimezone(options.timezone)
    const paths = await findFiles(named, context.cwd)
    const progress = createProgress(context)
    const patience = {
      retryForMs: options.retryFor * 1_000,
      signal: context.signal,
      waiting: (reason: string | undefined) => progress.status(reason),
    }
    let project: ChosenProject | undefined
    try {
      project = await askUntilAnswered(connection, () => chooseProject(connection.client, options.project), patience)
    } catch (error) {
      progress.end()
      if (context.signal.aborted) return EXIT.interrupted
      throw error
    }
    // The wait for a server is no part of the import.
    const startedAt = performance.now()
    progress.begin(startedAt)
    const projectKey = project?.id ?? `key-${createHash('sha256').update(connection.address.token).digest('hex').slice(0, 16)}`
    const run: Run = {
      context,
      options,
      connection,
      projectKey,
      journal: await openJournal(connection.address, projectKey, context.env),
      send: createSender(connection, {
        project: project?.id,
        defaults: toDefaults(options),
        ...patience,
      }),
      tally: createTally(),
      progress,
      done: new Map(),
      outcomes: [],
      failures: [],
    }
    const total = await totalSize(paths)
    const queue = [...paths]
    const work = async (): Promise<void> => {
      for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
        if (context.signal.aborted || run.failures.some(endsEverything)) return
        await importOne(run, path, total)
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, work))
    progress.end()
    return finish(run, (performance.now() - startedAt) / 1_000)
  })

async function importOne(run: Run, path: string, total: number | undefined): Promise<void> {
  const { context, options, tally, progress } = run
  const isStdin = path === STDIN
  const name = isStdin ? (options.name ?? 'standard input') : shortName(context.cwd, path)
  try {
    const source = isStdin ? await openStream(context.stdin, name) : await openFile(path)
    try {
      const key = isStdin ? `stdin:${options.name ?? randomUUID()}` : await realpath(path)
      const outcome = await importFile({
        path: key,
        identity: key,
        name,
        source,
        format: options.format,
        timezone: options.timezone,
        year: options.year,
        again: options.again ?? false,
        service: isStdin ? undefined : serviceOfPath(path),
        journal: isStdin && options.name === undefined ? undefined : run.journal,
        projectKey: run.projectKey,
        send: run.send,
        tally,
        signal: context.signal,
        progress: (bytes) => {
          run.done.set(path, bytes)
          const done = [...run.done.values()].reduce((sum, one) => sum + one, 0)
          progress.update(done, total, tally.accepted)
        },
      })
      describeOutcome(run, name, outcome)
    } finally {
      await source.close()
    }
  } catch (error) {
    if (context.signal.aborted) return
    const failure = toCliError(error, run.connection.address)
    run.failures.push(failure)
    if (!(failure instanceof CliError)) throw failure
    run.outcomes.push({ file: name, outcome: 'failed', message: failure.message })
    if (!endsEverything(failure)) progress.note(`${failure.message} ${failure.fix}`)
  }
}

function describeOutcome(run: Run, file: string, outcome: FileOutcome): void {
  const { progress } = run
  if (outcome.kind === 'known')
    progress.note(`${file}: imported ${outcome.at.slice(0, 16).replace('T', ' ')} UTC and unchanged since; --again imports it once more.`)
  else if (outcome.kind === 'imported' && outcome.from > 0) {
    progress.note(outcome.to === outcome.from ? `${file}: nothing new since it was imported.` : `${file}: continued where the last import ended.`)
  }
  const nothingNew = outcome.kind === 'imported' && outcome.from > 0 && outcome.to === outcome.from
  run.outcomes.push({ file, outcome: nothingNew ? 'nothing-new' : outcome.kind })
}

/** What concerns the server or the command line concerns every file; what concerns one file leaves the others alone. */
const endsEverything = (failure: unknown): boolean =>
  !(failure instanceof CliError) || !(failure.code.startsWith('file-') || failure.code === 'document-too-large')

async function finish(run: Run, seconds: number): Promise<number> {
  const { context, options, tally, outcomes } = run
  const fatal = run.failures.find(endsEverything)
  const stopped = context.signal.aborted
  if (options.json) await writeLine(context.stdout, JSON.stringify(toReportJson(tally, seconds, outcomes)))
  else if (tally.bytes > 0 || (fatal === undefined && !stopped)) await writeLine(context.stdout, formatReport(tally, seconds))
  if (stopped) {
    context.stderr.write('Stopped. Run the same command again to go on where it ended.\n')
    return EXIT.interrupted
  }
  if (fatal !== undefined) throw fatal
  const failed = outcomes.filter((one) => one.outcome === 'failed').length
  if (failed === outcomes.length && tally.accepted === 0) return EXIT.failed
  return failed > 0 || tally.rejected > 0 ? EXIT.partly : EXIT.done
}

/** Before anything is sent: with a wrong zone everything would have to be imported again. */
function checkTimezone(zone: string | undefined): void {
  if (zone === undefined || /^(?:Z|(?:UTC|GMT)?[+-]\d{1,2}(?::?\d{2})?)$/i.test(zone)) return
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
  } catch (error) {
    throw new CliError('option-invalid', `“${zone}” is no time zone; --timezone takes names such as Europe/Berlin and offsets such as +02:00.`, {
      cause: error,
    })
  }
}

function toDefaults(options: ImportOptions): IngestDefaults {
  const { service, environment, dataset, host, level, timezone } = options
  const given = { service, environment, dataset, host, level, timezone }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}

async function totalSize(paths: string[]): Promise<number | undefined> {
  if (paths.includes(STDIN)) return undefined
  const sizes = await Promise.all(paths.map(async (path) => (await stat(path).catch(() => undefined))?.size ?? 0))
  return sizes.reduce((sum, size) => sum + size, 0)
}

function shortName(cwd: string, path: string): string {
  const inside = relative(cwd, path)
  return inside.startsWith('..') ? path : inside
}
