import type { Files, OpenFile } from '../files.ts'

/** A file system in memory that knows what is on the medium and what only seems to be: for tests of crashes and failing disks. */
export interface SimulatedFiles extends Files {
  /** Operations so far; reading does not count. */
  readonly operations: number
  /** At the operation with this number the machine stops: that one is done in part, and every later one fails. */
  crashAt(operation: number, chance: () => number): void
  /** The next `count` operations of this kind fail with the code. What a failed sync should have made durable
   * may be lost, whatever a later one says: so does the kernel. */
  fail(kind: Kind, code: string, count: number): void
  readonly crashed: Promise<void>
  /** What is there after the crash: all that was written when only the process was killed, else what had been synced and a part of the rest. */
  survivors(kind: 'kill' | 'power', chance: () => number): SimulatedFiles
  /** Changes bytes as a failing disk would. */
  corrupt(name: string, change: (content: Buffer) => Buffer): void
}

type Change = { kind: 'write'; bytes: Buffer; position: number } | { kind: 'truncate'; sizeBytes: number }

interface Node {
  /** What programs see. */
  content: Buffer
  /** What is on the medium for sure. */
  durable: Buffer
  pending: (Change & { lost?: true })[]
}

type Names = Map<string, Node>
type Kind = 'create' | 'write' | 'sync' | 'truncate'

const applyChange = (content: Buffer, change: Change): Buffer => {
  if (change.kind === 'truncate') return Buffer.from(content.subarray(0, change.sizeBytes))
  const grown = Buffer.alloc(Math.max(content.length, change.position + change.bytes.length))
  content.copy(grown)
  change.bytes.copy(grown, change.position)
  return grown
}

const failure = (code: string): NodeJS.ErrnoException => Object.assign(new Error(`${code}: simulated`), { code })

export const createSimulatedFiles = (initial: Names = new Map()): SimulatedFiles => {
  const names: Names = new Map(initial)
  let durableNames: Names = new Map(initial)
  let pendingNames: ((names: Names) => void)[] = []
  let operations = 0
  let crash: { at: number; chance: () => number } | undefined
  let isCrashed = false
  let failures: { kind: Kind; code: string }[] = []
  let announce: () => void = () => undefined
  const crashed = new Promise<void>((resolve) => {
    announce = resolve
  })

  /** Gives other work a turn, so that operations interleave, then says whether this one is the last. */
  const step = async (): Promise<boolean> => {
    await Promise.resolve()
    if (isCrashed) throw failure('ECRASHED')
    operations += 1
    if (crash === undefined || operations < crash.at) return false
    isCrashed = true
    announce()
    return true
  }

  const injected = (kind: Kind): NodeJS.ErrnoException | undefined => {
    const index = failures.findIndex((entry) => entry.kind === kind)
    const [found] = index === -1 ? [] : failures.splice(index, 1)
    return found === undefined ? undefined : failure(found.code)
  }

  const change = (node: Node, next: Change): void => {
    node.content = applyChange(node.content, next)
    node.pending.push(next)
  }

  const openNode = (node: Node): OpenFile => ({
    async write(buffers, position) {
      const last = await step()
      const bytes = Buffer.concat(buffers)
      const error = injected('write')
      const part = last ? Math.floor(bytes.length * (crash?.chance() ?? 0)) : error === undefined ? bytes.length : Math.floor(bytes.length / 2)
      change(node, { kind: 'write', bytes: bytes.subarray(0, part), position })
      if (last) throw failure('ECRASHED')
      if (error !== undefined) throw error
    },
    async read(position, length) {
      await Promise.resolve()
      return Buffer.from(node.content.subarray(position, position + length))
    },
    async truncate(sizeBytes) {
      if (await step()) throw failure('ECRASHED')
      const error = injected('truncate')
      if (error !== undefined) throw error
      change(node, { kind: 'truncate', sizeBytes })
    },
    async sync() {
      if (await step()) throw failure('ECRASHED')
      const error = injected('sync')
      for (const waiting of node.pending) {
        if (error !== undefined) waiting.lost = true
        else if (!waiting.lost) node.durable = applyChange(node.durable, waiting)
      }
      node.pending = node.pending.filter(({ lost }) => lost)
      if (error !== undefined) throw error
    },
    async close() {
      await Promise.resolve()
    },
  })

  const rename = (apply: (names: Names) => void): void => {
    apply(names)
    pendingNames.push(apply)
  }

  const open = async (name: string): Promise<OpenFile | undefined> => {
    await Promise.resolve()
    const node = names.get(name)
    return node === undefined ? undefined : openNode(node)
  }

  return {
    async create(name) {
      if (await step()) throw failure('ECRASHED')
      const error = injected('create')
      if (error !== undefined) throw error
      const node: Node = { content: Buffer.alloc(0), durable: Buffer.alloc(0), pending: [] }
      rename((target) => target.set(name, node))
      return openNode(node)
    },
    open,
    openForWriting: open,
    async list(folder) {
      await Promise.resolve()
      const prefix = folder === '' ? '' : `${folder}/`
      const inside = [...names].filter(([name]) => name.startsWith(prefix) && !name.slice(prefix.length).includes('/'))
      return inside.map(([name, { content }]) => ({ name: name.slice(prefix.length), sizeBytes: content.length }))
    },
    async rename(from, to) {
      if (await step()) throw failure('ECRASHED')
      rename((target) => {
        const node = target.get(from)
        if (node !== undefined) target.set(to, node)
        target.delete(from)
      })
    },
    async remove(name) {
      if (await step()) throw failure('ECRASHED')
      rename((target) => target.delete(name))
    },
    async makeFolder() {
      await Promise.resolve()
    },
    async syncFolder() {
      if (await step()) throw failure('ECRASHED')
      durableNames = new Map(names)
      pendingNames = []
    },
    get operations() {
      return operations
    },
    crashAt(at, chance) {
      crash = { at, chance }
    },
    fail(kind, code, count) {
      failures = [...failures, ...Array.from({ length: count }, () => ({ kind, code }))]
    },
    crashed,
    survivors(kind, chance) {
      const left: Names = kind === 'kill' ? new Map(names) : new Map(durableNames)
      if (kind === 'power') for (const apply of pendingNames.slice(0, Math.floor(chance() * (pendingNames.length + 1)))) apply(left)
      const copies: Names = new Map()
      for (const [name, node] of left) {
        let content = kind === 'kill' ? node.content : node.durable
        if (kind === 'power') {
          for (const pending of node.pending) {
            if (chance() < 0.5) continue
            const bytes = pending.kind === 'write' ? pending.bytes.subarray(0, Math.ceil(pending.bytes.length * chance())) : undefined
            content = applyChange(content, bytes === undefined ? pending : ({ ...pending, bytes } as Change))
          }
        }
        copies.set(name, { content, durable: content, pending: [] })
      }
      return createSimulatedFiles(copies)
    },
    corrupt(name, alter) {
      const node = names.get(name)
      if (node !== undefined) Object.assign(node, { content: alter(Buffer.from(node.content)) })
    },
  }
}
