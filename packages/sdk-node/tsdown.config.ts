import { readFileSync } from 'node:fs'
import { defineConfig } from 'tsdown'

const { exports } = JSON.parse(readFileSync('package.json', 'utf8')) as { exports: { [name: string]: string | { '@heartwood/source': string } } }

/** `nextjs-off` stands behind conditions of `./nextjs`; else one for each name that can be imported: `./express` of the manifest is `dist/express.js`, `.cjs` and their types. */
const entry: { [name: string]: string } = { 'nextjs-off': 'src/integrations/nextjs-off.ts' }
for (const [name, target] of Object.entries(exports))
  if (typeof target === 'object') entry[name === '.' ? 'index' : name.slice(2)] = target['@heartwood/source']

export default defineConfig({
  entry,
  format: ['esm', 'cjs'],
  platform: 'node',
  target: 'node20.19',
  outDir: 'dist',
  clean: true,
  // Eager: types of our other packages are compiled in too.
  dts: { eager: true },
  fixedExtension: false,
  // Whoever installs the SDK installs nothing else: our own packages are compiled in.
  inputOptions: { resolve: { conditionNames: ['@heartwood/source', 'node', 'import', 'default'] } },
  deps: { alwaysBundle: [/^@heartwood\//] },
})
