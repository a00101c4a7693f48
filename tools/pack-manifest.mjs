// Called by npm around `npm pack` and `npm publish` of a package of this repository, in its folder: what is packed has the manifest that its users
// need, without what only this repository does. `pack-manifest.mjs` before, `pack-manifest.mjs restore` after.
import { copyFileSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'

/** Moved, not copied: what is back is as old as before, and nothing is built anew for it. */
const OWN = 'package.json.own'

/** Also what a packing that was killed left. */
function restore() {
  if (existsSync(OWN)) renameSync(OWN, 'package.json')
  rmSync('LICENSE', { force: true })
}

restore()
if (process.argv[2] !== 'restore') {
  const { private: _private, scripts: _scripts, devDependencies: _devDependencies, ...manifest } = JSON.parse(readFileSync('package.json', 'utf8'))
  // The sources are not packed.
  for (const entry of Object.values(manifest.exports)) if (typeof entry === 'object') delete entry['@heartwood/source']
  copyFileSync('../../LICENSE', 'LICENSE')
  renameSync('package.json', OWN)
  writeFileSync('package.json', `${JSON.stringify(manifest, undefined, 2)}\n`)
}
