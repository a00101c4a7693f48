// npm run build: everything, whether it is fresh or not.
import { ensureInstalled, parts } from './install.mjs'

ensureInstalled()
for (const [name, { build }] of Object.entries(parts)) {
  console.log(`Building ${name} …`)
  build()
}
