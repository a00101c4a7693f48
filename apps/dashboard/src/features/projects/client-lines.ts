import type { KeyJson } from '@heartwood/protocol'

interface LinesInput {
  /** Of this server, without a slash at its end. */
  address: string
  key: string
}

interface Lines {
  label: string
  text: (input: LinesInput) => string
}

interface Client {
  label: string
  lead: string
  /** One for each language or program. */
  lines: Lines[]
}

/** As a text of Python, JavaScript and PHP alike. */
const quoted = (text: string): string => JSON.stringify(text)
/** As one argument of a POSIX shell, whatever it contains. */
export const shell = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`)

export const CURL: Lines = {
  label: 'curl',
  text: ({ address, key }) =>
    [
      `curl -X POST ${shell(`${address}/ingest`)} \\`,
      `  -H ${shell(`Authorization: Bearer ${key}`)} \\`,
      `  -H 'Content-Type: application/json' \\`,
      `  -d '{"level":"info","service":"my-app","message":"Hello from curl"}'`,
    ].join('\n'),
}

/** What to change in a program that uses a product's client, so that it sends here instead. */
export const CLIENT_LINES: Record<Exclude<KeyJson['client'], 'micrologs'>, Client> = {
  heartwood: { label: 'Heartwood', lead: 'Any program that can make a request. The answer comes when the events are safe on disk.', lines: [CURL] },
  lognitor: {
    label: 'Lognitor',
    lead: 'Change the address and the key where the client is set up. Without api_url it sends to the vendor.',
    lines: [
      {
        label: 'Python',
        text: ({ address, key }) => lines('import lognitor', `lognitor.init(api_key=${quoted(key)}, api_url=${api(address)}, service="my-app")`),
      },
      {
        label: 'Flask',
        text: ({ address, key }) =>
          lines(
            'from lognitor.integrations.flask import init_app',
            `init_app(app, api_key=${quoted(key)}, api_url=${api(address)}, service="my-app")`,
          ),
      },
      {
        label: 'FastAPI',
        text: ({ address, key }) =>
          lines(
            'from lognitor.integrations.fastapi import LognitorMiddleware',
            `app.add_middleware(LognitorMiddleware, api_key=${quoted(key)}, api_url=${api(address)}, service="my-app")`,
          ),
      },
      {
        label: 'Django',
        text: ({ address, key }) =>
          lines(
            '# myproject/heartwood.py; settings: MIDDLEWARE = ["myproject.heartwood.Middleware", ...], LOGNITOR = {"api_key": "unused"}',
            'import lognitor',
            'from lognitor.integrations.django import LognitorMiddleware',
            '',
            'class Middleware(LognitorMiddleware):',
            '    def __init__(self, get_response):',
            '        super().__init__(get_response)',
            `        self._client = lognitor.init(api_key=${quoted(key)}, api_url=${api(address)}, service="my-app")`,
            '        self._start_flush_timer()',
          ),
      },
      {
        label: 'PHP',
        text: ({ address, key }) => `Lognitor::init(['api_key' => ${quoted(key)}, 'api_url' => ${api(address)}, 'service' => 'my-app']);`,
      },
      {
        label: 'Laravel',
        text: ({ address, key }) => lines('# .env', `LOGNITOR_API_URL=${address}/api/v1`, `# and the key in the place of the former one: ${key}`),
      },
    ],
  },
  timberlogs: {
    label: 'Timberlogs',
    lead: 'The clients have no option for the address; these lines come before the first log. Without them they send to the vendor.',
    lines: [
      {
        label: 'Python',
        text: ({ address, key }) =>
          lines(
            'import timberlogs.client',
            `timberlogs.client.LOGS_ENDPOINT = ${quoted(`${address}/v1/logs`)}`,
            `timberlogs.client.FLOWS_ENDPOINT = ${quoted(`${address}/v1/flows`)}`,
            `# and the key: api_key=${quoted(key)}`,
          ),
      },
      {
        label: 'TypeScript',
        text: ({ address, key }) =>
          lines(
            '// heartwood-timberlogs.mjs: import it first, or NODE_OPTIONS="--import ./heartwood-timberlogs.mjs"',
            'const real = globalThis.fetch;',
            'globalThis.fetch = (url, options) =>',
            `  real(String(url).replace(/^https:\\/\\/timberlogs-ingest\\.[^/]+/, ${quoted(address)}), options);`,
            `// and the key: apiKey: ${quoted(key)}`,
          ),
      },
      {
        label: 'curl',
        text: ({ address, key }) =>
          lines(
            `curl -X POST ${shell(`${address}/v1/logs`)} \\`,
            `  -H ${shell(`X-API-Key: ${key}`)} -H 'Content-Type: application/json' \\`,
            `  -d '{"logs":[{"level":"info","message":"Hello from curl","source":"my-app","environment":"production"}]}'`,
          ),
      },
    ],
  },
  tracehub: {
    label: 'TraceHub',
    lead: 'Change the endpoint and the key where the client is set up. Without an endpoint it sends both to a fixed address, in clear.',
    lines: [
      {
        label: 'Python',
        text: ({ address, key }) =>
          lines(
            'from tracehub import TraceHubLogger',
            `logger = TraceHubLogger(api_key=${quoted(key)}, service="my-app", environment="production", endpoint=${quoted(address)})`,
          ),
      },
      { label: 'Java', text: ({ address, key }) => lines(`TraceHubConfig.builder().endpoint(${quoted(address)})`, `// and the key: ${key}`) },
      { label: 'Spring', text: ({ address, key }) => lines(`tracehub.api-key=${key}`, `tracehub.endpoint=${address}`) },
      { label: 'C++', text: ({ address, key }) => lines(`config.endpoint = ${quoted(address)};`, `// and the key: ${key}`) },
    ],
  },
}

const lines = (...texts: string[]): string => texts.join('\n')
const api = (address: string): string => quoted(`${address}/api/v1`)
