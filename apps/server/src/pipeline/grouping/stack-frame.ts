/** One call of a stack, as far as grouping needs it. */
export interface StackFrame {
  /** As the runtime prints it, without arguments; `''` where it has no name. */
  function: string
  /** Path, address or assembly; `''` where none is printed. */
  file: string
  /** Whether it is the program's own code: neither a library's, nor the runtime's, nor of a client that reports errors. */
  inApp: boolean
}

/** The frames of one exception of a chain, innermost first. */
export interface StackSection {
  /** Type of the exception where the stack names it, else `''`. */
  type: string
  frames: StackFrame[]
}
