import { expect, it } from 'vitest'
import { CLIENT_LINES } from './client-lines.ts'

const input = { address: 'https://logs.example', key: 'tb_live_abc' }

it('gives every client that is understood lines with the real address and key in them', () => {
  expect(Object.keys(CLIENT_LINES)).toEqual(['heartwood', 'lognitor', 'timberlogs', 'tracehub'])
  for (const { lines } of Object.values(CLIENT_LINES)) {
    for (const { text } of lines) {
      expect(text(input)).toContain(input.address)
      expect(text(input)).toContain(input.key)
    }
  }
})

it('names the paths that each client joins or calls itself', () => {
  const first = (client: keyof typeof CLIENT_LINES): string => CLIENT_LINES[client].lines[0]?.text(input) ?? ''
  expect(first('lognitor')).toContain('api_url="https://logs.example/api/v1"')
  expect(first('timberlogs')).toContain('"https://logs.example/v1/logs"')
  expect(first('tracehub')).toContain('endpoint="https://logs.example"')
})
