import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The libraries lie two folders up, beside the other programs. */
const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')

export default { turbopack: { root }, outputFileTracingRoot: root }
