// npm run dev: the server from its sources, restarted on change, and the dashboard with hot reload on port 5173.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { bin, ensureInstalled, root } from './install.mjs'

ensureInstalled()
const source = { ...process.env, HEARTWOOD_SOURCE: '1' }
const children = [
  spawn(
    process.execPath,
    ['--watch-path', join(root, 'apps/server/src'), '--watch-path', join(root, 'packages'), join(root, 'packages/cli/bin/heartwood.cjs'), 'serve'],
    { stdio: 'inherit', env: source },
  ),
  spawn(bin('vite'), ['--clearScreen', 'false'], { stdio: 'inherit', cwd: join(root, 'apps/dashboard') }),
]
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    for (const child of children) child.kill(signal)
  })
}
