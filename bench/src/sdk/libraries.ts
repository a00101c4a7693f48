import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensureSdkPeers } from '../../../tools/sdk-peers.mjs'

/** Where tools/sdk-peers.mjs puts the real libraries and the packed SDK. */
export const libraries = join(dirname(fileURLToPath(import.meta.url)), '../../../.sdk-peers')

/** Installs what is missing, and the SDK as it is now. @returns those of the names that are not there, each told on stderr */
export function missingLibraries(names: readonly string[]): ReadonlySet<string> {
  const reason = ensureSdkPeers()
  if (reason !== undefined) console.error(`\n!! Not all libraries are there: ${reason}\n`)
  const { resolve } = createRequire(join(libraries, 'package.json'))
  const missing = names.filter((name) => {
    try {
      resolve(name)
      return false
    } catch {
      console.error(`!! NOT MEASURED: ${name} is not installed in .sdk-peers; \`node tools/sdk-peers.mjs\` installs it.`)
      return true
    }
  })
  return new Set(missing)
}
