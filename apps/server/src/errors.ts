/**
 * Every error that Heartwood answers with or stops for: a stable code, the HTTP status that fits, and what to do about it.
 * The page docs/reference/errors.md lists them all; a test holds the two together.
 */
export const ERRORS = {
  'validation-failed': { status: 400, fix: 'Mend the fields that `details` names.' },
  'body-invalid': { status: 400, fix: 'Send a body that is valid JSON.' },
  'body-too-large': { status: 413, fix: 'Send less than 32 MiB (decompressed; 128 from Timberlogs’ clients) in one request.' },
  'encoding-unsupported': { status: 415, fix: 'Use gzip, deflate, br or zstd as Content-Encoding, or none.' },
  'encoding-broken': { status: 400, fix: 'The body does not decompress as its Content-Encoding says; send it again whole.' },
  'nothing-accepted': { status: 400, fix: 'No entry could be taken; `rejected` says why for each.' },
  'queue-full': { status: 503, fix: 'The queue is at its limit; send it again after the seconds in Retry-After.' },
  'queue-unavailable': { status: 503, fix: 'The data folder cannot be written; the message has the reason. Mend that; it goes on by itself.' },
  'request-cancelled': { status: 499, fix: 'Nothing: who asked has left, and nobody reads this answer.' },
  'shutting-down': { status: 503, fix: 'The server is stopping; send it again when it is back.' },

  'key-missing': { status: 401, fix: 'Send a key as `Authorization: Bearer KEY` or `X-API-Key: KEY`, or sign in.' },
  'key-invalid': { status: 401, fix: 'The key is unknown or was revoked; create another one.' },
  'key-forbidden': { status: 403, fix: 'Use a key whose scope allows this.' },
  'project-forbidden': { status: 403, fix: 'The key belongs to another project.' },
  'origin-forbidden': { status: 403, fix: 'Add the page’s origin to the browser key, or use another key.' },
  'csrf-refused': { status: 403, fix: 'Send the request from the dashboard itself (same origin).' },
  'sign-in-required': { status: 401, fix: 'Sign in.' },
  'sign-in-failed': { status: 401, fix: 'Check e-mail and password.' },
  'claim-invalid': { status: 403, fix: 'Use the newest one-time link; the server prints it at start while it has no owner.' },
  'rate-limited': { status: 429, fix: 'Wait for the seconds in Retry-After.' },

  'not-found': { status: 404, fix: 'Check the path; /api/openapi.json lists all routes.' },
  'project-not-found': { status: 404, fix: 'Check the id or slug; `heartwood project list` shows all.' },
  'device-code-invalid': { status: 404, fix: 'Start the login of the command line tool again; a code lives ten minutes and works once.' },
  'key-not-found': { status: 404, fix: 'Check the id; `heartwood key list` shows all.' },
  'flow-not-found': { status: 404, fix: 'No event with that flow id is there, or their retention has passed.' },
  'heartbeat-not-found': { status: 404, fix: 'Check the id; `heartwood heartbeat list` shows all.' },
  'issue-not-found': { status: 404, fix: 'No error of this issue is there, or their retention has passed.' },
  'person-not-found': { status: 404, fix: 'Check the id of the person.' },
  'event-not-found': { status: 404, fix: 'The event is not there, or its retention has passed.' },
  'dead-letter-not-found': { status: 404, fix: 'It was replayed or removed; list them again.' },
  'confirmation-wrong': { status: 400, fix: 'Type the name of the project exactly.' },
  'pattern-invalid': { status: 400, fix: 'Write a regular expression that JavaScript accepts and that matches in linear time.' },

  'query-invalid': { status: 400, fix: 'Mend the query at the column that `details` names; docs/reference/search.md has the language.' },
  'time-invalid': { status: 400, fix: 'Use RFC 3339, epoch milliseconds, or relative times such as -15m.' },
  'cursor-invalid': { status: 400, fix: 'Start again without the cursor.' },
  'too-many-tails': { status: 429, fix: 'Close another live tail, or try again after the seconds in Retry-After.' },
  'engine-unavailable': { status: 503, fix: 'The event store does not answer; /readyz has the reason.' },
  'engine-failed': { status: 500, fix: 'The event store refused a statement; the server’s log has the details.' },
  'meta-unavailable': { status: 503, fix: 'The database with projects, keys and people does not answer; /readyz has the reason.' },
  'block-invalid': { status: 500, fix: 'The batch was set aside; `heartwood doctor` and the settings page list it.' },
  internal: { status: 500, fix: 'A defect of Heartwood; the server’s log has the details.' },

  'config-invalid': { status: 500, fix: 'Mend the settings that the message lists; docs/operations/configuration.md has all.' },
  'data-folder-unusable': { status: 500, fix: 'Make the data folder writable and see that its disk has room, or set HEARTWOOD_DATA to another one.' },
  'data-folder-locked': { status: 500, fix: 'Stop the other process, or set HEARTWOOD_DATA to another folder.' },
  'port-taken': { status: 500, fix: 'Stop the other program, or set the variable that the message names to another port.' },
  'data-newer': { status: 500, fix: 'This data was written by a newer Heartwood; start that version or newer.' },
  'queue-damaged': { status: 500, fix: 'The damaged part was set aside; the message says where. docs/operations/queue.md tells what to do.' },
} as const satisfies Record<string, { status: number; fix: string }>

export type ErrorCode = keyof typeof ERRORS

export interface HeartwoodErrorOptions {
  details?: unknown
  cause?: unknown
  /** Seconds after which trying again makes sense; sent as Retry-After. */
  retryAfterSeconds?: number
}

/** The one error class of the server. Catch by `code`, never by message. */
export class HeartwoodError extends Error {
  readonly code: ErrorCode
  readonly status: number
  readonly details: unknown
  readonly retryAfterSeconds: number | undefined

  constructor(code: ErrorCode, message: string, options: HeartwoodErrorOptions = {}) {
    super(message, { cause: options.cause })
    this.name = new.target.name
    this.code = code
    this.status = ERRORS[code].status
    this.details = options.details
    this.retryAfterSeconds = options.retryAfterSeconds
  }
}

/** What a person reads: what happened, and what to do. */
export const explain = (error: HeartwoodError): string => `${error.message} ${ERRORS[error.code].fix}`
