import { hash } from 'node:crypto'
import { normaliseMessage } from './normalise-message.ts'
import { parseStack } from './parse-stack.ts'
import type { StackFrame, StackSection } from './stack-frame.ts'

/** So many of the innermost frames of the program decide: enough to tell callers of a common function apart, few enough for many ways to one place. */
const FRAMES = 3
/** What engines of JavaScript call functions without a name, and the top level of modules. */
const NAMELESS = /^(?:(?:async )?(?:Object\.)?<anonymous>)?$/

export interface ErrorFacts {
  type: string
  /** Of the error itself; `''` when it has none. */
  errorMessage: string
  /** Of the event. */
  message: string
  stack: string
  /** The file that the error names where it brings no stack; `''` when it names none. */
  file: string
  /** What the caller chose to group by; `''`: nothing. */
  chosen: string
}

/**
 * The id of the issue that an error belongs to: 20 hex digits, the same for the same facts for ever. By what the caller chose; else by type,
 * cause and the innermost frames of the program's own code, without line numbers, and by the message too where none of those frames has a name;
 * else by type and messages without their changing parts.
 */
export const issueIdOf = (facts: ErrorFacts): string => hash('sha256', partsOf(facts).join('\n'), 'hex').slice(0, 20)

function partsOf({ type, errorMessage, message, stack, file, chosen }: ErrorFacts): string[] {
  if (chosen !== '') return ['chosen', chosen]
  const sections = stack === '' ? [] : parseStack(stack)
  const deciding = sections.find(({ frames }) => frames.some(({ inApp }) => inApp))
  if (deciding !== undefined) {
    // Without a type the place alone would join everything that is logged there.
    const kind = type === '' ? normaliseMessage(errorMessage || message) : type
    // Handlers of routes are often functions without a name: the file alone would join all that any of them throws.
    const words = isNamed(deciding) ? [] : [normaliseMessage(errorMessage || message)]
    return ['frames', kind, causeOf(sections, type), ...ownFrames(deciding), ...words]
  }
  return ['message', type, fileName(file), normaliseMessage(errorMessage), normaliseMessage(message)]
}

/** The exception that began it, where that is another. */
function causeOf(sections: readonly StackSection[], type: string): string {
  const root = sections.length > 1 ? (sections.at(-1)?.type ?? '') : ''
  return root === type ? '' : root
}

const isNamed = ({ frames }: StackSection): boolean => frames.some(({ inApp, function: name }) => inApp && !NAMELESS.test(name))

/** The first distinct ones: a recursion is as deep as its data. */
function ownFrames({ frames }: StackSection): string[] {
  const names = new Set<string>()
  for (const frame of frames) {
    if (frame.inApp) names.add(nameOf(frame))
    if (names.size === FRAMES) break
  }
  return [...names]
}

const nameOf = (frame: StackFrame): string => `${fileName(frame.file)} ${functionName(frame.function)}`

/** The last folder and the file: what lies above differs from machine to machine and from deployment to deployment. */
const fileName = (file: string): string =>
  file
    .replace(/[?#].*$/, '')
    .split(/[\\/]+/)
    .slice(-2)
    .join('/')
    // Names of bundles carry a hash of their content.
    .replace(/[.-](?=[0-9a-z]*\d)[0-9a-z]{6,}(?=\.)/gi, '')
    .replace(/\d+/g, '#')

/** Without what compilers make up: numbers of lambdas, closures and proxies. */
const functionName = (name: string): string =>
  name
    .replace(/^(?:async|new) /, '')
    .replace(/^(?:block(?: \(\d+ levels\))?|rescue|ensure) in /, '')
    .replace(/\$\$.*?(?=\.|$)/g, '')
    .replace(/ \[as .*\]$/, '')
    .replace(/\d+/g, '#')
