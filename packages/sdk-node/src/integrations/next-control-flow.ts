/**
 * Next's `redirect()`, `notFound()` and their like throw. Such an exception is an answer, and no error.
 * @returns its status; 0 where Next only makes up its mind how to render; undefined for all other errors
 */
export const controlFlowStatus = (thrown: unknown): number | undefined => {
  if (typeof thrown !== 'object' || thrown === null) return undefined
  const { digest } = thrown as { digest?: unknown }
  if (typeof digest !== 'string') return undefined
  const parts = digest.split(';')
  const [kind = '', status] = parts
  // The address between may hold semicolons of its own: `NEXT_REDIRECT;replace;/elsewhere;307;`
  if (kind === 'NEXT_REDIRECT') return Number(parts.at(-2)) || 307
  if (kind === 'NEXT_HTTP_ERROR_FALLBACK') return Number(status) || 404
  return RENDERING.has(kind) ? 0 : undefined
}

const RENDERING: ReadonlySet<string> = new Set([
  'DYNAMIC_SERVER_USAGE',
  'NEXT_STATIC_GEN_BAILOUT',
  'BAILOUT_TO_CLIENT_SIDE_RENDERING',
  'HANGING_PROMISE_REJECTION',
  'NEXT_PRERENDER_INTERRUPTED',
])
