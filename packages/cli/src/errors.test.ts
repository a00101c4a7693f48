import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { ERRORS } from './errors.ts'

test('docs/reference/cli.md lists exactly these errors, with their exit codes and what to do', () => {
  const page = readFileSync(new URL('../../../docs/reference/cli.md', import.meta.url), 'utf8')
  const rows = page
    .slice(page.indexOf('## Errors'))
    .split('\n')
    .filter((line) => line.startsWith('| `'))
  expect(rows).toEqual(Object.entries(ERRORS).map(([code, { exit, fix }]) => `| \`${code}\` | ${exit} | ${fix.replaceAll('|', '\\|')} |`))
})
