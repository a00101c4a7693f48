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
  if (info?.isDirectory())
    return sortByName([...(await glob('**/*', { cwd: path, absolute: true, onlyFiles: true })), ...(await findDeadLinks(path))])
  if (info) return [path]
  return /[*?[\]{}!]/.test(name) ? sortByName(await glob(name, { cwd, absolute: true, onlyFiles: true })) : []
}

/** Links to nothing count as files, so that it is said that they cannot be read. */
async function findDeadLinks(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const links = entries.filter((entry) => entry.isSymbolicLink()).map((entry) => join(entry.parentPath, entry.name))
  const dead = await Promise.all(
    links.map((link) =>
      stat(link)
        .then(() => false)
        .catch(() => true),
    ),
  )
  return links.filter((_, index) => dead[index])
}

const sortByName = (paths: string[]): string[] => paths.sort(new Intl.Collator('en', { numeric: true }).compare)
