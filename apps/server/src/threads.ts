type ThreadName = 'decode-worker' | 'block-worker'

/** Where the composition root of a thread lies: what it was built into, or the source beside this file. */
export const threadUrl = (name: ThreadName): URL => (import.meta.url.endsWith('.ts') ? sourceUrl(name) : new URL(`./${name}.js`, import.meta.url))

/** Threads do not take over the loader that reads TypeScript on every Node, so a line of JavaScript asks for it first. */
function sourceUrl(name: ThreadName): URL {
  const loader = JSON.stringify(import.meta.resolve('tsx/esm/api'))
  const source = JSON.stringify(new URL(`./${name}.ts`, import.meta.url).href)
  return new URL(`data:text/javascript,${encodeURIComponent(`import { register } from ${loader}; register(); await import(${source})`)}`)
}
