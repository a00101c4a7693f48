import { defineConfig } from 'vitest/config'

/** Sources are read directly: nothing has to be built before a test runs. */
// Without `import`: these reach `require` as well, where packages with both forms (pg) would get the wrong one.
const conditions = ['@heartwood/source', 'node', 'module', 'default']

export default defineConfig({
  ssr: { resolve: { conditions, externalConditions: conditions } },
  resolve: { conditions },
  test: {
    environment: 'node',
    pool: 'forks',
    env: { UV_THREADPOOL_SIZE: '16' },
    testTimeout: 20_000,
    hookTimeout: 60_000,
    projects: [
      { extends: true, test: { name: 'unit', include: ['{packages,apps}/*/src/**/*.test.{ts,tsx}'], exclude: ['**/*.int.test.ts'] } },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['{packages,apps}/*/src/**/*.int.test.ts', 'e2e/**/*.int.test.ts'],
          fileParallelism: false,
          testTimeout: 120_000,
        },
      },
    ],
  },
})
