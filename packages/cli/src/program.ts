import { COUNTED_BY, LIMITS, MAX_RETENTION_DAYS } from '@heartwood/protocol'
import { Command as Commander, InvalidArgumentError, Option } from 'commander'
import type { Command, Context, GlobalOptions } from './context.ts'
import { FILTERS } from './export/filters.ts'
import { EXPORT_FORMATS } from './export/formats.ts'

export interface ProgramDeps {
  context: Context
  /** Of this package. */
  version: string
  /** Receives the name of the command that will run. */
  starting(command: string): void
  /** Receives the exit code of the command that ran. */
  finished(exit: number): void
}

/**
 * The commands and their options. Each loads its code only when it runs, so that `--help` and the small commands start at once.
 */
export function createProgram({ context, version, starting, finished }: ProgramDeps): Commander {
  const program = new Commander('heartwood')
  program
    .description('Heartwood: one home for everything a piece of software says about itself.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show what a command takes')
    .option('--url <url>', 'address of the server (HEARTWOOD_URL; default: the one that runs on the data folder, else http://127.0.0.1:4600)')
    .option('--token <key>', 'API key (HEARTWOOD_TOKEN; default: the local token in the data folder)')
    .option('--data <folder>', 'data folder of the server (HEARTWOOD_DATA; default: ./data)')
    .option('--project <id|slug>', 'project (HEARTWOOD_PROJECT; default: the only one there is)')
    .option('--json', 'results as JSON')
    .configureOutput({ writeOut: (text) => void context.stdout.write(text), writeErr: (text) => void context.stderr.write(text) })
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('Run it with --help to see what it takes.')
    .showSuggestionAfterError(true)
    .exitOverride()
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 failed, 2 wrong usage, 3 server not reachable, 4 not allowed, 5 done in part, 130 ended by Ctrl-C, 143 by SIGTERM.',
    )

  // Each command says where its code is; the rest is the same for all.
  const run =
    <Options>(load: () => Promise<(args: string[]) => Command<Options>>) =>
    async (...given: unknown[]): Promise<void> => {
      const commander = given.at(-1) as Commander
      starting(commander.name())
      const command = (await load())(commander.processedArgs.flat().filter((arg): arg is string => typeof arg === 'string'))
      finished(await command(context, withEnvironment(commander.optsWithGlobals(), context.env) as GlobalOptions & Options))
    }

  program
    .command('serve')
    .description('run the server until SIGTERM or Ctrl-C')
    .option('--host <host>', 'address to listen on (HEARTWOOD_HOST, default 127.0.0.1)')
    .option('--port <port>', 'port to listen on, 0 for any free one (HEARTWOOD_PORT, default 4600)', portNumber)
    .action(run(async () => (await import('./commands/serve.ts')).serve))

  const project = program.command('project').description('create and list projects')
  project
    .command('create')
    .description('create a project')
    .argument('<name>', 'its name')
    .option('--retention <days>', `how long events are kept, 1 to ${MAX_RETENTION_DAYS}`, fromOne(MAX_RETENTION_DAYS))
    .action(run(async () => (await import('./commands/project.ts')).createProject))
  project
    .command('list')
    .description('list the projects you may see')
    .action(run(async () => (await import('./commands/project.ts')).listProjects))

  const key = program.command('key').description('create, list and revoke API keys')
  key
    .command('create')
    .description('create a key and print it, once')
    .addOption(new Option('--scope <scope>', 'what it may do').choices(['ingest', 'read', 'admin', 'browser']).makeOptionMandatory())
    .option('--name <name>', 'to tell keys apart')
    .addOption(
      new Option('--client <client>', 'whose SDKs will use it')
        .choices(['heartwood', 'micrologs', 'lognitor', 'timberlogs', 'tracehub'])
        .default('heartwood'),
    )
    .option('--origin <origin>', 'page that may use a browser key; several times for several', collect, [])
    .action(run(async () => (await import('./commands/key.ts')).createKey))
  key
    .command('list')
    .description('list keys; never their secrets')
    .action(run(async () => (await import('./commands/key.ts')).listKeys))
  key
    .command('revoke')
    .description('revoke a key; it stops at once')
    .argument('<id>', 'id of the key')
    .action(run(async () => (await import('./commands/key.ts')).revokeKey))

  const heartbeat = program.command('heartbeat').description('create, list and revoke addresses that jobs call when they are done')
  heartbeat
    .command('create')
    .description('create a heartbeat and print its address')
    .argument('<name>', 'name of the job')
    .action(run(async () => (await import('./commands/heartbeat.ts')).createHeartbeat))
  heartbeat
    .command('list')
    .description('list heartbeats, when each was last heard of, and their addresses')
    .action(run(async () => (await import('./commands/heartbeat.ts')).listHeartbeats))
  heartbeat
    .command('revoke')
    .description('revoke a heartbeat; its address stops at once')
    .argument('<id>', 'id of the heartbeat')
    .action(run(async () => (await import('./commands/heartbeat.ts')).revokeHeartbeat))

  program
    .command('import')
    .description('store log files: paths, folders, patterns, packed with gzip, zstd or bzip2, or - for standard input')
    .argument('<file...>', 'what to import')
    .addOption(
      new Option('--format <format>', 'what they are').choices(['auto', 'json', 'jsonl', 'logfmt', 'syslog', 'csv', 'text', 'obl']).default('auto'),
    )
    .option('--service <name>', 'service of entries that name none')
    .option('--environment <name>', 'environment of entries that name none')
    .option('--dataset <name>', 'dataset of entries that name none')
    .option('--host <name>', 'host of entries that name none')
    .option('--level <level>', 'level of entries that have none')
    .option('--timezone <zone>', 'zone of stamps without one: an IANA name or an offset (default: UTC)')
    .option('--year <year>', 'year of stamps without one (default: the nearest past)', wholeNumber)
    .option('--name <name>', 'name for standard input, by which a repeat is recognised')
    .option('--again', 'import files once more that were imported before')
    .option('--retry-for <seconds>', 'how long to try again while no server answers', wholeNumber, 60)
    .action(run(async () => (await import('./commands/import.ts')).importFiles))

  program
    .command('query')
    .description('search events: a table on a terminal, one JSON object a line in a pipe')
    .argument('[query]', 'search language; everything when left out', '')
    .option('--from <time>', 'RFC 3339, epoch milliseconds, or relative (-30m, -7d, -1y)', '-1h')
    .option('--to <time>', 'the same', 'now')
    .option('--limit <n>', 'how many events at most', fromOne(), 100)
    .addOption(new Option('--order <order>', 'newest or oldest first').choices(['desc', 'asc']).default('desc'))
    .option('--utc', 'show times in UTC')
    .action(run(async () => (await import('./commands/query.ts')).query))

  const logs = program
    .command('logs')
    .description('print or export events: for people, or as json, jsonl, csv, text, syslog or obl')
    .argument('[query]', 'search language; everything when left out', '')
  filtered(logs)
    .option('--from <time>', 'RFC 3339, epoch milliseconds, or how long ago (30m, 1h, 7d, 6mo, 1y)', '1h')
    .option('--to <time>', 'the same', 'now')
    .option('--limit <n>', 'how many events at most', fromOne(), 100)
    .addOption(new Option('--order <order>', 'newest or oldest first').choices(['desc', 'asc']).default('desc'))
    .addOption(new Option('--format <format>', 'export in this format').choices(EXPORT_FORMATS))
    .option('--output <file>', 'write the export to a file (default format: jsonl)')
    .option('--utc', 'show times in UTC')
    .action(run(async () => (await import('./commands/logs.ts')).logs))

  const flows = program.command('flows').description('flows: how often they ran, how they ended, one run step by step')
  const range = (command: Commander): Commander =>
    command
      .option('--from <time>', 'RFC 3339, epoch milliseconds, or how long ago (30m, 1h, 7d, 6mo, 1y)', '1d')
      .option('--to <time>', 'the same', 'now')
  range(flows.command('list', { isDefault: true }))
    .description('flows by name')
    .action(run(async () => (await import('./commands/flows.ts')).listFlows))
  range(flows.command('runs'))
    .description('runs, newest first')
    .argument('[name]', 'of one flow')
    .addOption(new Option('--state <state>', 'only these').choices(['finished', 'failed', 'running', 'stalled']))
    .option('--limit <n>', `how many runs at most, up to ${LIMITS.flowRuns}`, fromOne(LIMITS.flowRuns), 50)
    .action(run(async () => (await import('./commands/flows.ts')).listRuns))
  flows
    .command('show')
    .description('one run, event by event')
    .argument('<id>', 'flow id of the run')
    .addOption(new Option('--format <format>', 'export its events in this format').choices(EXPORT_FORMATS))
    .action(run(async () => (await import('./commands/flows.ts')).showRun))

  filtered(range(program.command('stats')))
    .description('how many events there were, by level')
    .argument('[query]', 'search language; everything when left out', '')
    .addOption(new Option('--group-by <what>', 'what to count by').choices(['day', 'hour', 'source', ...COUNTED_BY]).default('day'))
    .option('--occurrences', 'count what events stand for: repeats that were held back, and sampled logs by their rate')
    .action(run(async () => (await import('./commands/stats.ts')).stats))

  program
    .command('tail')
    .description('follow events as they arrive')
    .argument('[query]', 'search language; everything when left out', '')
    .option('--limit <n>', 'stop after so many events', fromOne())
    .option('--utc', 'show times in UTC')
    .action(run(async () => (await import('./commands/tail.ts')).tail))

  const deadLetter = program.command('dead-letter').description('batches that could not be stored: list, inspect, replay')
  deadLetter
    .command('list')
    .description('list them')
    .action(run(async () => (await import('./commands/dead-letter.ts')).listDeadLetters))
  deadLetter
    .command('inspect')
    .description('show why, and the first events of one')
    .argument('<id>', 'id of the dead letter')
    .action(run(async () => (await import('./commands/dead-letter.ts')).inspectDeadLetter))
  deadLetter
    .command('replay')
    .description('try to store them again')
    .argument('[id...]', 'ids of dead letters')
    .option('--all', 'all of them')
    .action(run(async () => (await import('./commands/dead-letter.ts')).replayDeadLetters))

  program
    .command('doctor')
    .description('say what is wrong with this installation and how to mend it')
    .action(run(async () => (await import('./commands/doctor.ts')).doctor(version)))

  return program
}

/** What the command line does not say, the environment may. An empty variable counts as none. */
function withEnvironment(options: object, env: NodeJS.ProcessEnv): object {
  const fromEnvironment = { url: env.HEARTWOOD_URL, token: env.HEARTWOOD_TOKEN, data: env.HEARTWOOD_DATA || './data', project: env.HEARTWOOD_PROJECT }
  return { ...Object.fromEntries(Object.entries(fromEnvironment).filter(([, value]) => value)), ...options }
}

/** An option for each field that events are often looked for by. */
function filtered(command: Commander): Commander {
  for (const [name, field] of Object.entries(FILTERS)) {
    const option = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} <${field}>`
    command.option(option, `only events with this ${field}; * stands for anything`)
  }
  return command
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It takes a whole number.')
  return Number(text)
}

/** A whole number from 1, up to `most` where that is given. */
const fromOne =
  (most?: number) =>
  (text: string): number => {
    const value = wholeNumber(text)
    if (value < 1 || (most !== undefined && value > most))
      throw new InvalidArgumentError(`It takes a whole number from 1${most === undefined ? '' : ` to ${most}`}.`)
    return value
  }

function portNumber(text: string): string {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) throw new InvalidArgumentError('It takes a port from 0 to 65535.')
  return text
}

const collect = (value: string, before: string[]): string[] => [...before, value]
