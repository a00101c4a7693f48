import { defineConfig } from 'tsdown'

export default defineConfig({
  entry: ['src/main.ts'],
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  outDir: 'dist',
  clean: true,
  dts: false,
  fixedExtension: false,
  // The contract, and how the doors read formats, are compiled in; the server is loaded only by `serve`.
  inputOptions: { resolve: { conditionNames: ['@heartwood/source', 'node', 'import', 'default'] } },
  deps: { alwaysBundle: [/^@heartwood\/(protocol|server\/formats)/, 'zod', /^csv-parse/], neverBundle: [/^@heartwood\/server$/], onlyBundle: false },
})
