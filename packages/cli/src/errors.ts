/** What a shell sees. The same for every command. */
export const EXIT = { done: 0, failed: 1, usage: 2, unreachable: 3, notAllowed: 4, partly: 5, interrupted: 130, terminated: 143 } as const

/** Every failure that the command line expects: its exit code, and what to do. docs/reference/cli.md has the same list. */
export const ERRORS = {
  usage: { exit: EXIT.usage, fix: 'See `heartwood COMMAND --help`.' },
  'option-invalid': { exit: EXIT.usage, fix: 'See `heartwood COMMAND --help`.' },
  'project-needed': { exit: EXIT.usage, fix: 'Name one with --project or HEARTWOOD_PROJECT.' },
  'query-invalid': { exit: EXIT.usage, fix: 'Mend the query; docs/reference/search.md has the language.' },

  'server-unreachable': {
    exit: EXIT.unreachable,
    fix: 'Start it with `npm start` or `heartwood serve`, or name its data folder with --data or HEARTWOOD_DATA, or its address with --url or HEARTWOOD_URL. `heartwood doctor` looks for the cause.',
  },
  'not-heartwood': { exit: EXIT.unreachable, fix: 'Check --url or HEARTWOOD_URL: something else answers there, or a proxy stands before it.' },
  'import-interrupted': {
    exit: EXIT.unreachable,
    fix: 'Run the same command again when the server is back: it goes on where it ended and stores nothing twice.',
  },

  'token-missing': {
    exit: EXIT.notAllowed,
    fix: 'Give a key with --token or HEARTWOOD_TOKEN, or run it on the server’s machine with --data set to its data folder.',
  },
  'not-allowed': { exit: EXIT.notAllowed, fix: 'Use a key whose scope and project allow this, or run it beside the server’s data folder.' },

  'project-none': { exit: EXIT.failed, fix: 'Create one with `heartwood project create NAME`.' },
  'project-not-found': { exit: EXIT.failed, fix: '`heartwood project list` shows all.' },
  'file-not-found': { exit: EXIT.failed, fix: 'Check the path or the pattern; nothing was sent.' },
  'file-unreadable': { exit: EXIT.failed, fix: 'Check the path and its permissions.' },
  'file-packed': { exit: EXIT.failed, fix: 'Unpack it and pipe it in, for example `xz -dc FILE | heartwood import -`.' },
  'file-binary': { exit: EXIT.failed, fix: 'Export it as text first, for example `journalctl -o json | heartwood import -`.' },
  'file-damaged': { exit: EXIT.failed, fix: 'What came before the damage is stored. Get a whole copy and import it again.' },
  'document-too-large': { exit: EXIT.failed, fix: 'Split it, or convert it to one JSON object per line.' },
  'journal-unwritable': { exit: EXIT.failed, fix: 'Make the folder writable, or set --data or XDG_STATE_HOME to one that is.' },
  'output-unwritable': { exit: EXIT.failed, fix: 'Check the path of --output, its permissions and the free space.' },
  'request-refused': { exit: EXIT.failed, fix: 'docs/reference/errors.md says what each code means and what to do.' },
  'server-failed': { exit: EXIT.failed, fix: 'The server’s log has more; `heartwood doctor` looks for the cause.' },
  'server-not-installed': { exit: EXIT.failed, fix: 'Run `npm start` in the repository: it installs and builds what is missing.' },
} as const satisfies Record<string, { exit: number; fix: string }>

export type ErrorCode = keyof typeof ERRORS

/** An expected failure: its message says what happened; the catalogue says what to do. */
export class CliError extends Error {
  readonly code: ErrorCode
  /** Replaces the catalogue's sentence where the server gave a better one. */
  readonly fix: string

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; fix?: string } = {}) {
    super(message, { cause: options.cause })
    this.name = new.target.name
    this.code = code
    this.fix = options.fix ?? ERRORS[code].fix
  }

  get exit(): number {
    return ERRORS[this.code].exit
  }
}
