import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { sdkPackage } from '../../../tools/sdk-peers.mjs'
import type { Report } from '../report.ts'
import { short } from '../stats.ts'
import { libraries } from './libraries.ts'

/** What the packed SDK takes where it is installed. */
export function measureSize(report: Report): void {
  const folder = join(libraries, 'node_modules/@heartwood/node')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8', withFileTypes: true }).filter((entry) => entry.isFile())
  const bytes = files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0)
  const native = files.filter(({ name }) => name.endsWith('.node')).length
  report.section('The package')
  report.row(
    '@heartwood/node, installed',
    `${short(bytes / 1_000)} KB in ${files.length} files, ${native === 0 ? 'no' : native} native`,
    '≤ 500 KB, none native',
  )
  report.row('@heartwood/node, to download', `${short(statSync(sdkPackage).size / 1_000)} KB`)
}
