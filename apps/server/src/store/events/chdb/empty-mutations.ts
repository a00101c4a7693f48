import { readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Removes what is left of mutations that could not be written down because the disk was full: a table with such a file does not open. An empty
 * one holds nothing, and whoever asked for it was told that it failed.
 * @returns the paths.
 */
export const removeEmptyMutations = (folder: string): string[] => {
  const removed: string[] = []
  const store = join(folder, 'store')
  for (const prefix of namesIn(store)) {
    for (const table of namesIn(join(store, prefix))) {
      for (const name of namesIn(join(store, prefix, table))) {
        const path = join(store, prefix, table, name)
        if (!/^mutation_\d+\.txt$/.test(name) || statSync(path).size > 0) continue
        rmSync(path)
        removed.push(path)
      }
    }
  }
  return removed
}

const namesIn = (folder: string): string[] => {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
