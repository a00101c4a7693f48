import { defineConfig } from 'tsdown'

export default defineConfig({
  entry: { main: 'src/main.ts', 'decode-worker': 'src/decode-worker.ts', 'block-worker': 'src/block-worker.ts' },
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  sourcemap: true,
  dts: false,
  hash: false,
  fixedExtension: false,
  inputOptions: { resolve: { conditionNames: ['@heartwood/source', 'import', 'node', 'default'] } },
  deps: { alwaysBundle: [/^@heartwood\//] },
})
