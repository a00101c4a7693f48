// Bundles the workspace in which it is called. By tsdown's API: its command line says at every build on Node 20 that its next version will want
// a newer one, which concerns whoever moves the lock file, not whoever builds.
import { build } from 'tsdown'

await build({ logLevel: 'error' })
