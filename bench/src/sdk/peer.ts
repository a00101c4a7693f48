/** What is measured. The keys are the names on the command line. */
export const CASES = {
  message: 'info, message only',
  fields: 'info with four fields',
  child: 'info with four fields, child logger in the scope of a request',
  below: 'debug with four fields, below the level',
  error: 'error with its stack',
} as const
export type Case = keyof typeof CASES

/** A logger under measurement, configured as its users would: level info, everything else by default. */
interface Subject {
  /** Without the cases that it has nothing for. */
  readonly calls: { readonly [Name in Case]?: (index: number, error: Error) => void }
  /** Runs the calls of `child` in the scope of a request, where the logger has such scopes. */
  inScope?(run: () => void): void
  /** Resolves when everything that was logged has left the process. */
  settle(): Promise<void>
  close(): Promise<void>
}

interface Surroundings {
  /** Address of a server that takes whatever is sent to it. */
  readonly sink: string
  /** Whether what is sent is compressed; undefined: as by default. */
  readonly compressed: boolean | undefined
  /** A library of `.sdk-peers`, of which the caller says as much as it uses. */
  load<Library>(name: string): Library
}

export type CreateSubject = (surroundings: Surroundings) => Promise<Subject>
