import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { defineConfig, type UserConfig } from 'tsdown'

const { exports, version } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  exports: { [name: string]: string | { '@heartwood/source': string } }
  version: string
}

/** `nextjs-off` stands behind conditions of `./nextjs`; else one for each name that can be imported: `./express` of the manifest is `dist/express.js`, `.cjs` and their types. */
const entry: { [name: string]: string } = { 'nextjs-off': 'src/integrations/nextjs-off.ts' }
for (const [name, target] of Object.entries(exports))
  if (typeof target === 'object') entry[name === '.' ? 'index' : name.slice(2)] = target['@heartwood/source']

/**
 * Gives each statement a line of its own. Node prints the whole line at which a program dies: of a wrong option that was everything the SDK is,
 * with the sentence about it below. Costs one byte a statement.
 */
const linesOfTheirOwn = {
  name: 'lines-of-their-own',
  generateBundle(this: { parse(code: string): unknown }, _: unknown, bundle: { [file: string]: { type: string; code?: string } }): void {
    for (const file of Object.values(bundle)) {
      if (file.type !== 'chunk' || file.code === undefined || !/^.{5000}/m.test(file.code)) continue
      const starts = new Set<number>()
      collectStarts(this.parse(file.code), starts)
      let code = ''
      let from = 0
      for (const at of [...starts].sort((one, other) => one - other)) {
        code += `${file.code.slice(from, at)}\n`
        from = at
      }
      file.code = code + file.code.slice(from)
    }
  },
}

/** Where the statements of programs, blocks and cases begin. */
const collectStarts = (node: unknown, starts: Set<number>): void => {
  if (typeof node !== 'object' || node === null) return
  const { type } = node as { type?: unknown }
  for (const [name, child] of Object.entries(node)) {
    const isList = type !== 'ClassBody' && (name === 'body' || name === 'consequent') && Array.isArray(child)
    if (isList) for (const { start } of child as { start: number }[]) if (start > 0) starts.add(start)
    if (Array.isArray(child)) for (const one of child) collectStarts(one, starts)
    else collectStarts(child, starts)
  }
}

const both: UserConfig = {
  entry,
  platform: 'node',
  target: 'node20.19',
  outDir: 'dist',
  fixedExtension: false,
  plugins: [linesOfTheirOwn],
  define: { HEARTWOOD_VERSION: JSON.stringify(version) },
  // Whoever installs the SDK installs nothing else: our own packages are compiled in.
  inputOptions: { resolve: { conditionNames: ['@heartwood/source', 'node', 'import', 'default'] } },
  deps: { alwaysBundle: [/^@heartwood\//] },
  // Names stay as they are, for whoever meets them in a stack; comments and spaces are half of the size.
  minify: { compress: true, mangle: { toplevel: true, keepNames: true }, codegen: { removeWhitespace: true } },
}

/** The types of both forms are the same but for the names of the files that they refer to; making them twice takes twice as long. */
const copyTypes = (): void => {
  for (const name of readdirSync('dist')) {
    if (!name.endsWith('.d.ts')) continue
    const text = readFileSync(join('dist', name), 'utf8')
    writeFileSync(join('dist', name.replace(/\.d\.ts$/, '.d.cts')), text.replace(/(["']\.\/[^"']+)\.js(["'])/g, '$1.cjs$2'))
  }
}

export default defineConfig([
  // Eager: types of our other packages are compiled in too.
  { ...both, format: 'esm', clean: true, dts: { eager: true, tsconfig: 'tsconfig.types.json' }, hooks: { 'build:done': copyTypes } },
  { ...both, format: 'cjs', clean: false, dts: false },
])
