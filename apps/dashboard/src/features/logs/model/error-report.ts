import type { EventJson } from '@heartwood/protocol'
import { readField, showValue } from './columns.ts'

type Json = NonNullable<EventJson['detail']>[string]
type JsonRecord = { [key: string]: Json }

/** One call of a stack, as the SDKs send it in `detail.frames`. */
export interface Frame {
  /** `''` where it has no name. */
  name: string
  file: string
  /** From 1; 0 where it is not known. */
  line: number
  column: number
  /** The program's own code. */
  inApp: boolean
  source: SourceLine[] | undefined
}

export interface SourceLine {
  number: number
  text: string
  failing: boolean
}

/** What stands in a stack: a frame of the program, `times` in a row where it calls itself, or neighbours that are not of the program. */
export type FramePart = { kind: 'own'; frame: Frame; times: number } | { kind: 'foreign'; frames: Frame[]; of: string }

/** An error, or one that led to it or is a member of it. */
export interface ReportedError {
  type: string
  message: string
  /** How it belongs to the one above it; undefined for the error of the event. */
  relation: Relation | undefined
  /** How many errors it is a member of. */
  depth: number
  /** Its own properties, such as `code`. */
  properties: { name: string; value: string }[]
  parts: FramePart[]
  /** Its part of the stack as text, where it has one but no frames. */
  stack: string | undefined
}
export type Relation = 'cause' | 'errors' | 'error' | 'suppressed'

export interface ErrorReport {
  /** The error of the event first, then what it was caused by. */
  errors: ReportedError[]
  /** Names in the event's detail that the report tells. */
  tells: string[]
}

const RELATIONS: readonly string[] = ['cause', 'errors', 'error', 'suppressed'] satisfies Relation[]
const CAUSED_BY = '\nCaused by: '
/** More than the SDKs send. */
const MAX_CAUSES = 50

/** What is known of the error of an event beyond its stack as text; undefined when that is all. */
export function readErrorReport(event: EventJson): ErrorReport | undefined {
  const { error, detail } = event
  const sent = { frames: records(detail?.frames), causes: records(detail?.causes) }
  if (!error) return undefined
  if (sent.frames.length === 0 && sent.causes.length === 0) return readPlace(event)
  const { framesOf, count } = readFrames(sent.frames)
  const stacks = (error.stack ?? '').split(CAUSED_BY)
  const links = readLinks(sent.causes)
  const errors = Array.from({ length: Math.max(links.length + 1, count) }, (_, index): ReportedError => {
    const stack = stacks[index]
    const parts = groupFrames(framesOf(index))
    const about = index === 0 ? { type: error.type ?? 'Error', message: error.message ?? '', ...TOP } : (links[index - 1] ?? named(stack))
    return { ...about, parts, stack: parts.length === 0 && stack && /\n[^\S\n]+at /.test(stack) ? stack : undefined }
  })
  return { errors, tells: [...(sent.frames.length > 0 ? ['frames'] : []), ...(sent.causes.length > 0 ? ['causes'] : [])] }
}

/** Other clients send the lines around one place: beside the stack, which tells the rest. */
function readPlace(event: EventJson): ErrorReport | undefined {
  const { error, detail } = event
  const [source] = records([detail?.source ?? null])
  const file = text(readField(event, 'error.filename'))
  const line = count(readField(event, 'error.line_number'))
  const lines = source && readSource({ preContext: source.pre_context, contextLine: source.context_line, postContext: source.post_context }, line)
  if (!error || !lines) return undefined
  const frame: Frame = { name: `line ${line}`, file, line, column: 0, inApp: true, source: lines }
  const parts = groupFrames([frame])
  return { errors: [{ type: error.type ?? 'Error', message: error.message ?? '', ...TOP, parts, stack: error.stack }], tells: ['source'] }
}

const TOP = { relation: undefined, depth: 0, properties: [] }

/** A cause of which nothing came but its part of the stack. */
function named(stack = ''): Omit<ReportedError, 'parts' | 'stack'> {
  const [head = ''] = stack.split('\n', 1)
  const [, type, message] = /^([\w$.]+)(?:: (.*))?$/.exec(head) ?? []
  return { type: type ?? 'Error', message: message ?? '', relation: 'cause', depth: 0, properties: [] }
}

/** Each says by `of` which one it belongs to (0 is the error itself) where that is not the one before it. */
function readLinks(causes: readonly JsonRecord[]): Omit<ReportedError, 'parts' | 'stack'>[] {
  const depths = [0]
  return causes.map(({ relation, type, message, of, ...rest }, index) => {
    const known = (RELATIONS.includes(text(relation)) ? text(relation) : 'cause') as Relation
    const above = depths[typeof of === 'number' && of <= index ? of : index] ?? 0
    const depth = known === 'errors' ? above + 1 : above
    depths.push(depth)
    const properties = Object.entries(rest).map(([name, value]) => ({ name, value: showValue(value) }))
    return { type: text(type) || 'Error', message: text(message), relation: known, depth, properties }
  })
}

function readFrames(frames: readonly JsonRecord[]) {
  const ofErrors = new Map<number, Frame[]>()
  const sources = new Map<string, SourceLine[]>()
  for (const frame of frames) {
    const { file, line, column, function: name, inApp } = frame
    const cause = Math.min(count(frame.cause), MAX_CAUSES)
    const source = readSource(frame, count(line))
    const read: Frame = { name: text(name), file: text(file), line: count(line), column: count(column), inApp: inApp === true, source }
    if (source) sources.set(place(read), source)
    const others = ofErrors.get(cause)
    if (others) others.push(read)
    else ofErrors.set(cause, [read])
  }
  // The lines of a place come once.
  const framesOf = (index: number): Frame[] =>
    (ofErrors.get(index) ?? []).map((frame) => (frame.inApp && !frame.source ? { ...frame, source: sources.get(place(frame)) } : frame))
  return { framesOf, count: Math.max(0, ...ofErrors.keys()) + 1 }
}

const place = ({ file, line }: Frame): string => `${file}:${line}`

function readSource({ preContext, contextLine, postContext }: { [key: string]: Json | undefined }, line: number): SourceLine[] | undefined {
  if (typeof contextLine !== 'string' || line === 0) return undefined
  const before = texts(preContext)
  const lines = [...before, contextLine, ...texts(postContext)]
  const indent = commonIndent(lines)
  return lines.map((whole, index) => ({
    number: line - before.length + index,
    text: whole.startsWith(indent) ? whole.slice(indent.length) : whole,
    failing: index === before.length,
  }))
}

/** Blank lines have none that counts, nor has a line of which the beginning was cut off. */
function commonIndent(lines: readonly string[]): string {
  const indents = lines.filter((line) => line.trim() !== '' && !line.startsWith('…')).map((line) => /^[ \t]*/.exec(line)?.[0] ?? '')
  const [first = '', ...others] = indents
  let length = first.length
  for (const indent of others) while (!indent.startsWith(first.slice(0, length))) length -= 1
  return first.slice(0, length)
}

const isSame = (a: Frame, b: Frame): boolean => a.name === b.name && a.file === b.file && a.line === b.line && a.column === b.column

/** Frames of the program one by one, all others together with their neighbours. */
export function groupFrames(frames: readonly Frame[]): FramePart[] {
  const parts: FramePart[] = []
  for (const frame of frames) {
    const last = parts.at(-1)
    if (frame.inApp && last?.kind === 'own' && isSame(frame, last.frame)) last.times += 1
    else if (frame.inApp) parts.push({ kind: 'own', frame, times: 1 })
    else if (last?.kind === 'foreign') last.frames.push(frame)
    else parts.push({ kind: 'foreign', frames: [frame], of: '' })
  }
  for (const part of parts) if (part.kind === 'foreign') part.of = ownersOf(part.frames)
  return parts
}

const NAMED = 3

/** Whose they are: "express, router and Node". */
function ownersOf(frames: readonly Frame[]): string {
  const owners = [...new Set(frames.map(({ file }) => ownerOf(file)))]
  const shown = owners.length > NAMED ? [...owners.slice(0, NAMED - 1), `${owners.length - NAMED + 1} more`] : owners
  return shown.length < 2 ? (shown[0] ?? '') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`
}

const PACKAGE = /^.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/s

function ownerOf(file: string): string {
  const name = PACKAGE.exec(file)?.[1]
  if (name !== undefined) return name.replace('\\', '/')
  return file.startsWith('node:') || file === '' || file.startsWith('<') || file === 'native' || file.startsWith('internal/') ? 'Node' : 'other code'
}

/** Where a frame is, in parts: folders that tell little, then what is looked for. Those of a library begin at its name. */
export function splitPlace({ file, line, column, inApp }: Frame): { folder: string; rest: string } {
  const library = inApp ? -1 : Math.max(file.lastIndexOf('node_modules/'), file.lastIndexOf('node_modules\\'))
  const path = library < 0 ? file : file.slice(library + 'node_modules/'.length)
  const end = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1
  const where = line === 0 ? '' : `:${line}${column === 0 ? '' : `:${column}`}`
  return { folder: path.slice(0, end), rest: path.slice(end) + where }
}

/** How an error that nobody caught was met; undefined for all others. */
export function readMechanism(event: EventJson): string | undefined {
  if (readField(event, 'error.handled') !== false) return undefined
  return text(readField(event, 'error.mechanism')) || 'not handled'
}

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '')
const count = (value: Json | undefined): number => (typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : 0)
const texts = (value: Json | undefined): string[] => (Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [])
const records = (value: Json | undefined): JsonRecord[] => (Array.isArray(value) ? value.filter((entry) => isRecord(entry)) : [])
const isRecord = (value: Json): value is JsonRecord => typeof value === 'object' && value !== null && !Array.isArray(value)
