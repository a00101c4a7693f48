// npm start: install and build what is missing, then `heartwood serve`.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { ensureBuilt, ensureInstalled, root } from './install.mjs'

const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Heartwood needs Node 20.19 or newer; this is ${process.versions.node}.`)
  process.exit(1)
}

ensureInstalled()
ensureBuilt()

const server = spawn(process.execPath, [join(root, 'packages/cli/bin/heartwood.cjs'), 'serve', ...process.argv.slice(2)], { stdio: 'inherit' })
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => server.kill(signal))
server.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)))
