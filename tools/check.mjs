// npm run check: format and lint, types, boundaries between the layers, dead code.
import { spawnSync } from 'node:child_process'
import { bin, ensureInstalled, root, run } from './install.mjs'

/** A cruise that sees fewer modules than this has lost its way (a wrong glob, an unreadable TypeScript) and proves nothing. */
const EXPECTED_MODULES = 150

ensureInstalled()
const step = (name) => console.log(`\n— ${name}`)

step('format and lint')
run(bin('biome'), ['ci', '--error-on-warnings', '.'])

step('types')
for (const project of [
  'packages/protocol',
  'packages/sdk-core',
  'packages/sdk-node',
  'apps/server',
  'packages/cli',
  'apps/dashboard',
  'e2e',
  'bench',
])
  run(bin('tsc'), ['-p', project])

step('boundaries')
const cruise = spawnSync(bin('depcruise'), ['--config', '.dependency-cruiser.mjs', '--output-type', 'json', 'packages', 'apps'], {
  cwd: root,
  encoding: 'utf8',
  maxBuffer: 256 * 1024 * 1024,
})
if (!cruise.stdout) {
  console.error(cruise.stderr)
  process.exit(1)
}
const { summary, modules } = JSON.parse(cruise.stdout)
const own = modules.filter((module) => /^(packages|apps)\/[^/]+\/src\//.test(module.source)).length
for (const { rule, from, to, cycle } of summary.violations) {
  console.error(`${rule.severity} ${rule.name}: ${from} → ${to}${cycle ? ` (${cycle.map((c) => c.name ?? c).join(' → ')})` : ''}`)
}
console.log(`${own} modules, ${summary.violations.length} violations`)
if (own < EXPECTED_MODULES) {
  console.error(`Expected at least ${EXPECTED_MODULES} modules: the boundaries were not checked.`)
  process.exit(1)
}
if (summary.violations.length > 0) process.exit(1)

step('dead code')
run(bin('knip'), ['--no-progress'])
console.log('\nAll checks passed.')
