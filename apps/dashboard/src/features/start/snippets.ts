import { CURL, shell } from '../projects/client-lines.ts'

export type SnippetKind = 'curl' | 'node' | 'cli'

export interface SnippetInput {
  address: string
  key: string
  project: string
}

/** What to copy to send the first event; each runs as it stands. */
export const SNIPPETS: Record<SnippetKind, { label: string; lead: string; text: (input: SnippetInput) => string }> = {
  curl: {
    label: 'curl',
    lead: 'Paste it into a terminal.',
    text: CURL.text,
  },
  node: {
    label: 'Node',
    lead: 'Save it as hello.mjs and run node hello.mjs; it needs no package.',
    text: ({ address, key }) =>
      [
        `const answer = await fetch(${JSON.stringify(`${address}/ingest`)}, {`,
        `  method: 'POST',`,
        `  headers: { authorization: ${JSON.stringify(`Bearer ${key}`)}, 'content-type': 'application/json' },`,
        `  body: JSON.stringify({ level: 'info', service: 'my-app', message: 'Hello from Node', attributes: { pid: process.pid } }),`,
        `})`,
        `console.log(answer.status, await answer.text())`,
      ].join('\n'),
  },
  cli: {
    label: 'Command line',
    lead: 'Run it in Heartwood’s own folder. In the place of - it takes files, folders and patterns; the format is found out.',
    text: ({ address, key, project }) =>
      [
        `echo 'Hello from the command line' | \\`,
        `  npx heartwood import - --url ${shell(address)} \\`,
        `  --token ${shell(key)} --project ${shell(project)}`,
      ].join('\n'),
  },
}
