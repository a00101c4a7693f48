// npm test: unit tests, integration tests on the real engines, then whole journeys against the built server and a real browser.
// `--only unit|integration|e2e` runs one of them.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { bin, ensureBuilt, ensureInstalled, root } from './install.mjs'
import { ensurePythonClients } from './python-clients.mjs'
import { ensureSdkPeers } from './sdk-peers.mjs'

const only = process.argv.includes('--only') ? process.argv[process.argv.indexOf('--only') + 1] : undefined
const reports = mkdtempSync(join(tmpdir(), 'heartwood-test-'))
const totals = { passed: 0, failed: 0, skipped: 0 }
/** What failed, said again at the end: the output of a whole run is long. */
const failures = []
let broken = false

ensureInstalled()
ensureBuilt()
if (!only || only === 'integration') {
  // The suites themselves say what they could not run.
  const reason = ensurePythonClients()
  if (reason) console.error(`The clients of other systems are not there: ${reason}`)
  const missing = ensureSdkPeers()
  if (missing) console.error(`The libraries that the Node SDK is tested with are not there: ${missing}`)
}
for (const project of ['unit', 'integration']) if (!only || only === project) vitest(project)
if (!only || only === 'e2e') playwright()

for (const failure of failures) console.log(`\nFAILED ${failure}`)
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
  const { numPassedTests, numFailedTests, numPendingTests, testResults } = JSON.parse(readFileSync(file, 'utf8'))
  for (const { name, assertionResults } of testResults)
    for (const { status, fullName, failureMessages } of assertionResults)
      if (status === 'failed') failures.push(`${relative(root, name)} › ${fullName}\n${failureMessages.join('\n').slice(0, 4_000)}`)
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
  const { stats, suites } = JSON.parse(readFileSync(file, 'utf8'))
  const { expected, unexpected, flaky, skipped } = stats
  for (const { file, title } of suites.flatMap(specsOf).filter(({ ok }) => !ok)) failures.push(`e2e/${file} › ${title}`)
  add(ok, expected, unexpected + flaky, skipped)
}

function specsOf({ specs = [], suites = [] }) {
  return [...specs, ...suites.flatMap(specsOf)]
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
