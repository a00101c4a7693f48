import { readdir, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { glob } from 'tinyglobby'
import { CliError } from '../errors.ts'

export const STDIN = '-'

/**
 * Paths of the files that arguments name: files, folders with all that is in them, patterns, `-` for standard input. In the order of the
 * arguments, each once; within a folder or pattern by name, numbers by value.
 * @throws CliError `file-not-found` that lists every argument without a file.
 */
export async function findFiles(named: string[], cwd: string): Promise<string[]> {
  const found = new Set<string>()
  const missing: string[] = []
  for (const name of named) {
    const paths = name === STDIN ? [STDIN] : await expand(name, cwd)
    if (paths.length === 0) missing.push(name)
    for (const path of paths) found.add(path)
  }
  if (missing.length > 0) throw new CliError('file-not-found', `There is no file at ${missing.map((name) => `“${name}”`).join(', ')}.`)
  return [...found]
}

async function expand(name: string, cwd: string): Promise<string[]> {
  const path = resolve(cwd, name)
  const info = await stat(path).catch(() => undefined)
  if (info?.isDirectory()) return sortByName([...(await findMatching('**/*', path)), ...(await findDeadLinks(path))])
  if (info) return [path]
  return /[*?[\]{}!]/.test(name) ? sortByName(await findMatching(name, cwd)) : []
}

/** Links to nothing count as files, so that it is said that they cannot be read. What is hidden, and folders that cannot be read, are passed over. */
async function findDeadLinks(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  const found = await Promise.all(
    entries
      .filter((entry) => !entry.name.startsWith('.'))
      .map(async (entry) => {
        const path = join(folder, entry.name)
        if (entry.isDirectory()) return findDeadLinks(path)
        return entry.isSymbolicLink() && (await leadsNowhere(path)) ? [path] : []
      }),
  )
  return found.flat()
}

const leadsNowhere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => false,
    () => true,
  )

const findMatching = (pattern: string, cwd: string): Promise<string[]> => glob(pattern, { cwd, absolute: true, onlyFiles: true })

const sortByName = (paths: string[]): string[] => paths.sort(new Intl.Collator('en', { numeric: true }).compare)
