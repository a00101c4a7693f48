import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Files of a part that the engine does not count into its size. None is ever empty, except where the disk was full. */
const UNCOUNTED = new Set([
  'checksums.txt',
  'columns.txt',
  'columns_substreams.txt',
  'default_compression_codec.txt',
  'metadata_version.txt',
  'txn_version.txt',
])

/**
 * Whether the files of a part are not what the engine takes them to be: where the disk becomes full it may leave some empty or cut off and say nothing.
 * @param bytes its size, as the engine has it in memory
 */
export const isUnfinished = (path: string, bytes: number): boolean => {
  let counted = 0
  for (const name of readdirSync(path)) {
    const { size } = statSync(join(path, name))
    if (!UNCOUNTED.has(name)) counted += size
    else if (size === 0) return true
  }
  return counted !== bytes
}
