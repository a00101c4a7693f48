import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { defaultEngineMemory, parseConfig } from './config.ts'

const problemsOf = (env: NodeJS.ProcessEnv): string => {
  try {
    parseConfig(env)
  } catch (error) {
    return (error as Error).message
  }
  return ''
}

describe('parseConfig', () => {
  it('needs nothing: every setting has a default but secrets', () => {
    const config = parseConfig({})
    expect(config).toMatchObject({ host: '127.0.0.1', port: 4600, owner: undefined, trustProxy: false, syslog: [] })
    expect(config.dataFolder.endsWith('/data')).toBe(true)
  })

  it('lists all problems at once, each with what was received', () => {
    const message = problemsOf({
      HEARTWOOD_PORT: 'http',
      HEARTWOOD_LOG_LEVEL: 'loud',
      HEARTWOOD_OWNER_EMAIL: 'me@example.org',
      HEARTWOOD_PROT: '1',
      HEARTWOOD_ENGINE_MEMORY: 'lots',
    })
    expect(message).toContain('5 problems')
    for (const part of ['HEARTWOOD_PORT', '“http”', '“loud”', 'belong together', 'did you mean HEARTWOOD_PORT?', '512MiB'])
      expect(message).toContain(part)
  })

  it.each(['abc', '65536', '-1', '46.5', '0x10'])('says in one sentence what the port %j should be', (given) => {
    expect(problemsOf({ HEARTWOOD_PORT: given })).toBe(`HEARTWOOD_PORT: expected a port from 0 to 65535 (0 takes any free one), got “${given}”.`)
  })

  it('says which levels its log has', () => {
    expect(problemsOf({ HEARTWOOD_LOG_LEVEL: 'loud' })).toBe(
      'HEARTWOOD_LOG_LEVEL: expected one of trace, debug, info, warn, error, fatal, silent, got “loud”.',
    )
  })

  it('wants a geo file that is there and is one', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'heartwood-config-')), 'city.mmdb')
    expect(problemsOf({ HEARTWOOD_GEO_FILE: file })).toContain(`HEARTWOOD_GEO_FILE: ${file} cannot be read (ENOENT)`)
    writeFileSync(file, 'city,country')
    expect(problemsOf({ HEARTWOOD_GEO_FILE: file })).toContain('is no MMDB file')
    writeFileSync(file, Buffer.from('rows\xab\xcd\xefMaxMind.com and metadata', 'latin1'))
    expect(problemsOf({ HEARTWOOD_GEO_FILE: file })).toBe('')
  })

  it('never repeats a password in its message', () => {
    expect(problemsOf({ HEARTWOOD_OWNER_EMAIL: 'me@example.org', HEARTWOOD_OWNER_PASSWORD: 'short1' })).not.toContain('short1')
    const urls = problemsOf({ HEARTWOOD_DATABASE_URL: 'mysql://me:short2@host/db', HEARTWOOD_CLICKHOUSE_URL: 'tcp://me:short3@host' })
    expect(urls).toContain('2 problems')
    expect(urls).not.toMatch(/short[23]/)
  })

  it('takes secrets from files, without the final newline', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'heartwood-config-')), 'password')
    writeFileSync(file, 'correct horse battery\n')
    expect(parseConfig({ HEARTWOOD_OWNER_EMAIL: 'me@example.org', HEARTWOOD_OWNER_PASSWORD_FILE: file }).owner?.password).toBe(
      'correct horse battery',
    )
    expect(problemsOf({ HEARTWOOD_OWNER_PASSWORD_FILE: '/nowhere' })).toContain('ENOENT')
  })

  it('reads sizes, syslog listeners and trusted proxies', () => {
    const config = parseConfig({
      HEARTWOOD_ENGINE_MEMORY: '1.5GiB',
      HEARTWOOD_SYSLOG: 'udp://0.0.0.0:5514?project=shop, tcp://[::1]:5515?project=2&timezone=Europe/Berlin',
      HEARTWOOD_TRUST_PROXY: '10.0.0.0/8,loopback',
    })
    expect(config.engineMemoryBytes).toBe(1.5 * 1024 ** 3)
    expect(config.syslog).toEqual([
      { transport: 'udp', host: '0.0.0.0', port: 5514, project: 'shop', timezone: 'UTC' },
      { transport: 'tcp', host: '::1', port: 5515, project: '2', timezone: 'Europe/Berlin' },
    ])
    expect(config.trustProxy).toEqual(['10.0.0.0/8', 'loopback'])
    expect(problemsOf({ HEARTWOOD_SYSLOG: 'http://x', HEARTWOOD_TRUST_PROXY: 'everyone' })).toContain('2 problems')
    expect(problemsOf({ HEARTWOOD_SYSLOG: 'udp://0.0.0.0:5514?project=shop&timezone=Mars/Base' })).toContain('“Mars/Base” is neither')
    expect(problemsOf({ HEARTWOOD_QUEUE_LIMIT: '0', HEARTWOOD_ENGINE_MEMORY: '1MiB' })).toMatch(/2 problems.*256MiB, got “1MiB”.*64MiB, got “0”/s)
  })

  it('gives the engine a quarter of the machine within bounds', () => {
    expect(defaultEngineMemory(1024 ** 3)).toBe(512 * 1024 ** 2)
    expect(defaultEngineMemory(4 * 1024 ** 3)).toBe(1024 ** 3)
    expect(defaultEngineMemory(64 * 1024 ** 3)).toBe(2 * 1024 ** 3)
  })
})
