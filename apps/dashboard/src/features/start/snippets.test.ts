import { expect, it } from 'vitest'
import { SNIPPETS } from './snippets.ts'

it('gives lines that run as they stand, with the real address and key in them', () => {
  const input = { address: 'http://127.0.0.1:4600', key: 'hw_ingest_abc', project: "o'hara" }
  for (const { text } of Object.values(SNIPPETS)) {
    expect(text(input)).toContain(input.address)
    expect(text(input)).toContain(input.key)
  }
  expect(SNIPPETS.cli.text(input)).toContain("--project 'o'\\''hara'")
})
