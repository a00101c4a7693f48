/*
 * What `nextjs.ts` is where there is no Node: in the edge runtime and in the browser. The same names, which do nothing, so that a file which
 * is bundled for several runtimes can be built for each of them.
 */
import type * as nextjs from './nextjs.ts'

export const registerHeartwood: typeof nextjs.registerHeartwood = () => {}

export const onRequestError: typeof nextjs.onRequestError = () => {}

export const withHeartwood: typeof nextjs.withHeartwood =
  (handler) =>
  async (request, ...rest) =>
    await handler(request, ...rest)

export const withHeartwoodAction: typeof nextjs.withHeartwoodAction =
  (_name, action) =>
  async (...args) =>
    await action(...args)
