/** Layers of the server, top first: a layer may import those below it, never one above. */
const LAYERS = ['receivers', 'compat', 'features', 'ingest', 'query', 'pipeline', 'auth', 'http', 'queue', 'store', 'self']

const upward = LAYERS.slice(1).map((layer, index) => ({
  name: `${layer}-imports-down`,
  comment: `${layer}/ stands below ${LAYERS.slice(0, index + 1).join(', ')}: what it needs from them is passed in.`,
  severity: 'error',
  from: { path: `^apps/server/src/${layer}/`, pathNot: '\\.test\\.ts$' },
  to: { path: `^apps/server/src/(?:${LAYERS.slice(0, index + 1).join('|')})/` },
}))

export default {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'A cycle means that two files are one idea, or that one is in the wrong layer.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    ...upward,
    {
      name: 'only-roots-compose',
      comment: 'Concrete adapters, the environment and standing work belong to the composition roots; nobody imports a root.',
      severity: 'error',
      from: { path: '^apps/server/src/', pathNot: '^apps/server/src/(?:main|compose|app)(?:\\.int)?(?:\\.test)?\\.ts$' },
      to: { path: '^apps/server/src/(?:main|compose|app|decode-worker|block-worker|threads)\\.ts$' },
    },
    {
      name: 'protocol-is-a-leaf',
      comment: 'The protocol package is shared by server, SDKs and browsers: no Node, no DOM, no other package of ours.',
      severity: 'error',
      from: { path: '^packages/protocol/src/', pathNot: '\\.test\\.ts$' },
      to: { pathNot: ['^packages/protocol/src/', 'node_modules/zod/'] },
    },
    {
      name: 'sdk-core-knows-no-platform',
      comment: 'The core of the SDKs runs wherever JavaScript does: it carries the small half of the protocol and nothing else, Node included.',
      severity: 'error',
      from: { path: '^packages/sdk-core/src/', pathNot: '\\.test\\.ts$' },
      to: { pathNot: ['^packages/sdk-core/src/', '^packages/protocol/src/(?:model|drop-reason|event|limits|version)\\.ts$'] },
    },
    {
      name: 'sdk-node-needs-nothing',
      comment: 'Whoever installs the SDK installs nothing else; frameworks are known by their shape, even to the types.',
      severity: 'error',
      from: { path: '^packages/sdk-node/src/', pathNot: '\\.test\\.ts$|/testing/' },
      to: { dependencyTypesNot: ['core'], pathNot: ['^packages/sdk-node/src/', '^packages/sdk-core/src/index\\.ts$'] },
    },
    {
      name: 'dashboard-speaks-the-contract',
      comment: 'The dashboard knows the server by its API contract only.',
      severity: 'error',
      from: { path: '^apps/dashboard/' },
      to: { path: '^(?:apps/server|packages/cli)/' },
    },
    {
      name: 'features-keep-apart',
      comment: 'One feature does not reach into another: what both need lies in a lower layer.',
      severity: 'error',
      from: { path: '^apps/server/src/features/([^/]+)/' },
      to: { path: '^apps/server/src/features/([^/]+)/', pathNot: '^apps/server/src/features/$1/' },
    },
    {
      name: 'receivers-keep-apart',
      comment:
        'Nothing but its own folder knows a protocol; receivers share what lies in stamps/, native/ (the lenient JSON read), raw/ and beside them.',
      severity: 'error',
      from: { path: '^apps/server/src/receivers/(?!native|raw|testing)([^/]+)/' },
      to: { path: '^apps/server/src/receivers/([^/]+)/', pathNot: '^apps/server/src/receivers/(?:$1|stamps|native|raw|testing)/' },
    },
    {
      name: 'no-unresolved',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-tests-in-products',
      comment: 'What only tests need lies in testing/ beside them.',
      severity: 'error',
      from: { path: '^(?:apps|packages)/', pathNot: '\\.(?:test|contract)\\.tsx?$|/testing/' },
      to: { path: '\\.(?:test|contract)\\.tsx?$|^(?:apps|packages)/.*/testing/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(?:^|/)(?:dist|types)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@heartwood/source', 'import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json'],
    },
  },
}
