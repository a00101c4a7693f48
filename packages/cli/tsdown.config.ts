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
  // The contract is compiled in, so that a command starts without looking for packages. The server is loaded only by `serve`.
  inputOptions: { resolve: { conditionNames: ['@heartwood/source', 'node', 'import', 'default'] } },
  deps: { alwaysBundle: [/^@heartwood\/protocol/, 'zod'], neverBundle: ['@heartwood/server'] },
})
