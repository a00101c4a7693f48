import { closeSync, openSync, rmSync, writevSync } from 'node:fs'
import { HeartwoodError } from '../../../errors.ts'
import type { SealedBlock } from '../event-store.ts'
import { openBlock } from './block-view.ts'
import { ByteBuffer } from './column-buffers.ts'
import { COLUMNS } from './layout.ts'
import { createMergedColumn, type MergedColumn } from './merged-columns.ts'

/** What one Native file holds. */
export type SealedFile = Pick<SealedBlock, 'rows' | 'sizeBytes' | 'columns'>

/** Puts event blocks together into one file in ClickHouse's Native format. */
export interface BlockMerger {
  /** @throws HeartwoodError `block-invalid`; then nothing of the payload was taken. */
  append(payload: Uint8Array, projectId: number): void
  /**
   * Writes the file and starts anew, also when writing failed.
   * @throws HeartwoodError `engine-unavailable` when the file cannot be written.
   */
  seal(path: string): SealedFile
  reset(): void
}

export const createBlockMerger = (): BlockMerger => {
  const project = createMergedColumn({ name: 'project_id', type: 'UInt32', form: 'fixed', width: 4, empty: new Uint8Array(4) })
  const columns = COLUMNS.map(createMergedColumn)
  let rows = 0

  const reset = (): void => {
    rows = 0
    project.reset()
    for (const column of columns) column.reset()
  }

  return {
    append(payload, projectId) {
      const view = openBlock(payload)
      const id = new Uint8Array(Uint32Array.of(projectId).buffer)
      project.append({ form: 'fixed-constant', value: id }, view.rows)
      for (let index = 0; index < columns.length; index++) columns[index]?.append(view.columns[index] ?? { form: 'empty' }, view.rows)
      rows += view.rows
    },
    seal(path) {
      const present = [project, ...columns].filter((column) => !column.isEmpty)
      try {
        const sizeBytes = writeFile(path, nativeParts(present, rows))
        return { rows, sizeBytes, columns: present.map((column) => column.name) }
      } catch (cause) {
        throw new HeartwoodError('engine-unavailable', `The file of a batch could not be written to ${path}: ${String(cause)}.`, { cause })
      } finally {
        reset()
      }
    },
    reset,
  }
}

const nativeParts = (columns: readonly MergedColumn[], rows: number): Uint8Array[] => {
  const head = new ByteBuffer(64)
  head.varint(columns.length)
  head.varint(rows)
  const parts = [head.view()]
  for (const column of columns) {
    const name = new ByteBuffer(64)
    name.text(column.name)
    name.text(column.type)
    parts.push(name.view(), ...column.parts())
  }
  return parts.filter((part) => part.length > 0)
}

const writeFile = (path: string, parts: Uint8Array[]): number => {
  // A file of its own: a thread that was given up as hung may still write to the one it had opened.
  rmSync(path, { force: true })
  const file = openSync(path, 'wx', 0o600)
  try {
    let size = 0
    let rest = parts
    while (rest.length > 0) {
      const written = writevSync(file, rest)
      size += written
      rest = skipBytes(rest, written)
    }
    return size
  } finally {
    closeSync(file)
  }
}

/** What is left after `count` bytes: the system may write less than it was given. */
const skipBytes = (parts: Uint8Array[], count: number): Uint8Array[] => {
  let left = count
  let index = 0
  for (let part = parts[0]; part !== undefined && left >= part.length; part = parts[++index]) left -= part.length
  const [first, ...others] = parts.slice(index)
  return first === undefined ? [] : [first.subarray(left), ...others]
}
