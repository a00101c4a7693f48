// Tries the doors of other products with a million bodies made by chance each (or as many as the argument says); takes about an hour.
import { spawnSync } from 'node:child_process'
import { bin, ensureInstalled, root } from './install.mjs'

ensureInstalled()
const files = ['timberlogs/timberlogs', 'tracehub/tracehub', 'lognitor/chance'].map((name) => `apps/server/src/receivers/${name}.test.ts`)
const { status } = spawnSync(bin('vitest'), ['run', '--project', 'unit', ...files], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, HEARTWOOD_CASES: process.argv[2] ?? '1000000' },
})
process.exit(status ?? 1)
