import { isOwnDotnetFunction, isOwnGoFile, isOwnJvmFunction, isOwnPhpFile, isOwnPythonFile, isOwnRubyFile, isOwnScript } from './in-app.ts'
import type { StackFrame, StackSection } from './stack-frame.ts'

/** Lines looked at: stacks of endless recursions say nothing new after that. Both ends count, as languages differ in which is the innermost. */
const MAX_LINES = 400
const MAX_LINE = 2_000

const PYTHON = /^\s*File "([^"]*)", line \d+(?:, in (.+))?$/
/** `at pkg.Class.method(File.java:12)`, with the module or class loader that newer JVMs put in front. */
const JVM =
  /^at (?:[\w.$@-]*\/){0,2}([\w.$<>/-]+)\((?:[\w$.-]+\.(?:java|kt|kts|scala|groovy|clj)(?::\d+)?|Native Method|Unknown Source|<generated>|[\w$-]+:\d+)\)/
/** `at file:1:2`. */
const SCRIPT_BARE = /^at (?:async )?((?:file:|https?:|node:|webpack|[A-Za-z]:[\\/]|\/|\.{0,2}[\w@])[^()]*?):\d+(?::\d+)?$/
/** Firefox and Safari: `fn@https://…:1:2`. */
const SCRIPT_AT = /^([^@\s]{0,200})@((?:https?|file|webpack[\w-]*|resource|moz-extension):.*?):\d+(?::\d+)?$/
const SCRIPT_PLACE = /(?::\d+){1,2}$/
const DOTNET_LINE = /:(?:line )?\d+$/
const PHP = /^#\d+ (?:\[internal function\]|([^\n]+?)\(\d+\)): /
const GO_FILE = /^\t(.+?\.(?:go|s)):\d+(?: \+0x[0-9a-f]+)?$/

const CAUSED_BY = /^(?:Caused by|Suppressed): ([\w.$]+)/
const PYTHON_START = 'Traceback (most recent call last)'
const PYTHON_TYPE = /^([A-Za-z_][\w.]*)(?::|$)/
/** What a traceback of an exception group draws in front of its lines. */
const GROUP_MARGIN = /^\s*(?:[|+][\s|+-]*)/

/**
 * The exceptions of a stack as text, the one that was thrown last first and the causes after it, each with its frames, innermost first.
 * Python, Java and its relatives, JavaScript, PHP, Go, .NET and Ruby; lines of anything else are passed over.
 */
export function parseStack(stack: string): StackSection[] {
  const sections: StackSection[] = [{ type: '', frames: [] }]
  let isPython = false
  let before = ''
  for (const raw of linesOf(stack)) {
    const line = raw.replace(/\r$/, '')
    const section = sections.at(-1) as StackSection
    if (line.includes(PYTHON_START)) {
      isPython = true
      if (section.frames.length > 0) sections.push({ type: '', frames: [] })
      continue
    }
    const cause = CAUSED_BY.exec(line.trimStart())
    if (cause) {
      sections.push({ type: cause[1] ?? '', frames: [] })
      continue
    }
    const python = readPython(line)
    if (python) isPython = true
    const frame = python ?? readFrame(line, before)
    before = line
    if (frame) section.frames.push(frame)
    else if (isPython && section.type === '' && section.frames.length > 0) section.type = PYTHON_TYPE.exec(line.replace(GROUP_MARGIN, ''))?.[1] ?? ''
  }
  const found = sections.filter(({ frames }) => frames.length > 0)
  if (!isPython) return found
  // Python prints the outermost call first, and causes before what they led to.
  for (const { frames } of found) frames.reverse()
  return found.reverse()
}

function linesOf(stack: string): string[] {
  const lines = stack.split('\n')
  const chosen = lines.length <= MAX_LINES ? lines : [...lines.slice(0, MAX_LINES / 2), ...lines.slice(-MAX_LINES / 2)]
  return chosen.map((line) => (line.length > MAX_LINE ? line.slice(0, MAX_LINE) : line))
}

function readPython(line: string): StackFrame | undefined {
  if (!line.includes('File "')) return undefined
  const match = PYTHON.exec(line.replace(GROUP_MARGIN, ''))
  return match ? { function: match[2] ?? '', file: match[1] ?? '', inApp: isOwnPythonFile(match[1] ?? '') } : undefined
}

/** @param before the line before: Go prints the function there. */
function readFrame(line: string, before: string): StackFrame | undefined {
  const text = line.trimStart()
  if (text.startsWith('at ')) return readAt(text)
  if (text.startsWith('#')) return readPhp(text)
  const go = line.startsWith('\t') ? GO_FILE.exec(line)?.[1] : undefined
  if (go !== undefined) {
    const name = goFunction(before)
    return { function: name, file: go, inApp: isOwnGoFile(go) && name !== 'panic' }
  }
  const ruby = text.indexOf(':in ')
  if (ruby > 0) return readRuby(text, ruby)
  const script = text.includes('@') ? SCRIPT_AT.exec(text) : null
  return script ? { function: script[1] ?? '', file: script[2] ?? '', inApp: isOwnScript(script[2] ?? '') } : undefined
}

function readAt(text: string): StackFrame | undefined {
  const jvm = JVM.exec(text)?.[1]
  if (jvm !== undefined) return { function: jvm, file: '', inApp: isOwnJvmFunction(jvm) }
  const bare = SCRIPT_BARE.exec(text)?.[1]
  if (bare !== undefined) return { function: '', file: bare, inApp: isOwnScript(bare) }
  const place = text.indexOf(' (')
  if (place > 0 && text.endsWith(')')) {
    const file = text.slice(place + 2, -1).replace(SCRIPT_PLACE, '')
    return { function: text.slice(3, place).replace(/^async /, ''), file, inApp: isOwnScript(file) }
  }
  const open = text.indexOf('(')
  if (open < 4) return undefined
  const source = text.indexOf(') in ', open)
  const name = text.slice(3, open).trimEnd()
  return { function: name, file: source < 0 ? '' : text.slice(source + 5).replace(DOTNET_LINE, ''), inApp: isOwnDotnetFunction(name) }
}

function readPhp(text: string): StackFrame | undefined {
  const php = PHP.exec(text)
  if (!php) return undefined
  const call = text.slice(php[0].length)
  const open = call.indexOf('(')
  const file = php[1] ?? ''
  return { function: open < 0 ? call : call.slice(0, open), file, inApp: isOwnPhpFile(file) }
}

function readRuby(text: string, at: number): StackFrame | undefined {
  const place = /^(.+):\d+$/.exec(text.slice(0, at).replace(/^from /, ''))?.[1]
  const name = /^[`'‘](.+)['’]$/.exec(text.slice(at + 4))?.[1]
  return place === undefined || name === undefined ? undefined : { function: name, file: place, inApp: isOwnRubyFile(place) }
}

/** `main.(*Server).handle(0xc000…, {0x1, 0x2})`, `created by main.start in goroutine 1`. */
function goFunction(line: string): string {
  if (!line.endsWith(')')) return line.replace(/^created by /, '').replace(/ in goroutine \d+$/, '')
  return line.slice(0, line.lastIndexOf('('))
}
