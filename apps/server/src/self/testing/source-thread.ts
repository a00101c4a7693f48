import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

/** A thread's source as a test can start it: tsx registers itself only in main threads. */
export function sourceThread(source: URL): { workerUrl: URL; execArgv: string[] } {
  const tsx = new URL('index.mjs', pathToFileURL(createRequire(import.meta.url).resolve('tsx/esm/api')))
  const text = `import { register } from '${tsx}'; register(); await import('${source}')`
  return { workerUrl: new URL(`data:text/javascript,${text}`), execArgv: ['--conditions=@heartwood/source'] }
}
