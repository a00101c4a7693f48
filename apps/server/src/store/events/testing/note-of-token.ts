import { readdirSync, watch } from 'node:fs'
import { join } from 'node:path'

/** Resolves at the next change of a file in which the engine notes the tokens of inserts. */
export const noteOfToken = (folder: string): Promise<void> =>
  new Promise((resolve) => {
    const notes = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('/deduplication_logs'))
    const watchers = notes.map((path) =>
      watch(join(folder, path), () => {
        for (const watcher of watchers) watcher.close()
        resolve()
      }),
    )
  })
