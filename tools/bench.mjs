// npm run bench [-- --rows 5000000 --seconds 120 --only ingest,search]: measures what the README promises; writes bench/results/.
import { spawnSync } from 'node:child_process'
import { ensureBuilt, ensureInstalled, root } from './install.mjs'

ensureInstalled()
ensureBuilt()
const args = ['--conditions=@heartwood/source', '--import', 'tsx', 'bench/src/run.ts', ...process.argv.slice(2)]
process.exit(spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status ?? 1)
