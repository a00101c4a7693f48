// npm run bench [-- --rows 5000000 --seconds 120 --only ingest,search --save NAME]: measures what the README promises.
// npm run bench:sdk [-- --only calls,requests,memory,wire,size --save NAME]: what the Node SDK costs its program, beside others.
// With a name, the table is kept in bench/results/.
import { spawnSync } from 'node:child_process'
import { ensureBuilt, ensureInstalled, root } from './install.mjs'

ensureInstalled()
const isSdk = process.argv[2] === 'sdk'
// The SDK is packed by its own bench.
if (!isSdk) ensureBuilt()
const program = isSdk ? 'bench/src/sdk/run.ts' : 'bench/src/run.ts'
const args = ['--conditions=@heartwood/source', '--import', 'tsx', program, ...process.argv.slice(isSdk ? 3 : 2)]
process.exit(spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status ?? 1)
