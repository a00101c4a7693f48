// npm test: unit tests, integration tests on the real engines, then whole journeys against the built server and a real browser.
// `--only unit|integration|e2e` runs one of them.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bin, ensureBuilt, ensureInstalled, root } from './install.mjs'
import { ensurePythonClients } from './python-clients.mjs'

const only = process.argv.includes('--only') ? process.argv[process.argv.indexOf('--only') + 1] : undefined
const reports = mkdtempSync(join(tmpdir(), 'heartwood-test-'))
const totals = { passed: 0, failed: 0, skipped: 0 }
let broken = false

ensureInstalled()
ensureBuilt()
if (!only || only === 'integration') {
  const reason = ensurePythonClients()
  // The suite itself says which clients it could not run.
  if (reason) console.error(`The clients of other systems are not there: ${reason}`)
}
for (const project of ['unit', 'integration']) if (!only || only === project) vitest(project)
if (!only || only === 'e2e') playwright()

console.log(`\n${totals.passed} passed, ${totals.failed} failed${totals.skipped > 0 ? `, ${totals.skipped} skipped` : ''}`)
process.exit(broken || totals.failed > 0 ? 1 : 0)

function vitest(project) {
  console.log(`\n— ${project} tests`)
  const file = join(reports, `${project}.json`)
  const ok = spawn('vitest', ['run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`])
  if (!existsSync(file)) {
    broken = true
    return
  }
  const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(file, 'utf8'))
  add(ok, numPassedTests, numFailedTests, numPendingTests)
}

function playwright() {
  console.log('\n— browser journeys')
  const chromium = process.env.HEARTWOOD_CHROMIUM ?? '/usr/bin/chromium'
  if (!existsSync(chromium)) {
    console.error(`NOT RUN: there is no Chromium at ${chromium}. \`node tools/services.mjs\` installs it, or set HEARTWOOD_CHROMIUM.`)
    if (process.env.CI) broken = true
    return
  }
  const file = join(reports, 'e2e.json')
  const ok = spawn('playwright', ['test', '--config', 'e2e/playwright.config.ts', '--reporter=list,json'], {
    PLAYWRIGHT_JSON_OUTPUT_FILE: file,
    PLAYWRIGHT_JSON_OUTPUT_NAME: file,
  })
  if (!existsSync(file)) {
    broken = true
    return
  }
  const { expected, unexpected, flaky, skipped } = JSON.parse(readFileSync(file, 'utf8')).stats
  add(ok, expected, unexpected + flaky, skipped)
}

function spawn(command, args, env = {}) {
  return spawnSync(bin(command), args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } }).status === 0
}

function add(ok, passed, failed, skipped) {
  totals.passed += passed
  totals.failed += failed
  totals.skipped += skipped
  if (!ok) broken = true
}
