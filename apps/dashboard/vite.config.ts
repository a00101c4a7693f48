import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { fakeApi } from './dev/fake-api.ts'

/** `HEARTWOOD_FAKE_API=1` answers from dev/ instead of a server: projects shop, quiet, slow, broken and partial show the states of each page. */
const fake = process.env.HEARTWOOD_FAKE_API === '1'
const server = process.env.HEARTWOOD_URL ?? 'http://127.0.0.1:4600'

export default defineConfig({
  plugins: [react(), ...(fake ? [fakeApi()] : [])],
  resolve: { conditions: ['@heartwood/source', 'module', 'browser', 'development|production'] },
  server: { port: 5173, ...(fake ? {} : { proxy: { '/api': server, '/ingest': server, '/healthz': server } }) },
  build: {
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            // Together, so that strict-policy.ts runs before the first schema is built.
            { name: 'contract', test: /node_modules[\\/]zod[\\/]|packages[\\/]protocol|strict-policy/, priority: 3 },
            { name: 'react', test: /node_modules[\\/](react|react-dom|scheduler|@tanstack)[\\/]/, priority: 2 },
            { name: 'editor', test: /node_modules[\\/](@codemirror|@lezer|style-mod|w3c-keyname|crelt|@marijn)[\\/]/, priority: 2 },
          ],
        },
      },
    },
  },
})
