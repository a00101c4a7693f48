/** Where the composition root of a thread lies: the source beside this file, or what it was built into. */
export const threadUrl = (name: 'decode-worker' | 'block-worker'): URL =>
  new URL(`./${name}.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url)
