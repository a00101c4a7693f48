/** Filled in when the package is built: nothing is read for it where a program runs. */
declare const HEARTWOOD_VERSION: string | undefined

/** Who we are to the server, and to the logs of a proxy before it. */
export const USER_AGENT = `heartwood-node/${typeof HEARTWOOD_VERSION === 'string' ? HEARTWOOD_VERSION : 'source'}`
