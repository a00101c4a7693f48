import { describe, expect, it } from 'vitest'
import type { Engine } from './capabilities.ts'
import { type Migration, migrate } from './migrate.ts'

/** An engine that only remembers what it was told. */
const createFakeEngine = (version: number, mergeTreeSettings: string[] = []) => {
  const commands: string[] = []
  const engine: Engine = {
    command: async (sql) => {
      commands.push(sql.trim())
    },
    rows: async <Row>(sql: string): Promise<Row[]> => {
      if (sql.includes('schema_versions')) return [{ version }] as Row[]
      return (sql.includes('merge_tree_settings') ? mergeTreeSettings.map((name) => ({ name })) : []) as Row[]
    },
  }
  return { engine, commands }
}

const steps: Migration[] = [1, 2, 3].map((version) => ({ version, name: `step ${version}`, statements: () => [`do ${version}`] }))

describe('migrate', () => {
  it('runs what is missing, in order, and writes each down after it is done', async () => {
    const { engine, commands } = createFakeEngine(1)
    await migrate(engine, steps)
    expect(commands.slice(1)).toEqual([
      'do 2',
      "INSERT INTO schema_versions (version, name) VALUES (2, 'step 2')",
      'do 3',
      "INSERT INTO schema_versions (version, name) VALUES (3, 'step 3')",
    ])
  })

  it('refuses data of a newer version and changes nothing', async () => {
    const { engine, commands } = createFakeEngine(4)
    await expect(migrate(engine, steps)).rejects.toMatchObject({ code: 'data-newer' })
    expect(commands.filter((command) => !command.startsWith('CREATE TABLE IF NOT EXISTS schema_versions'))).toEqual([])
  })

  it('sets only what the engine has', async () => {
    const { engine, commands } = createFakeEngine(0, ['index_granularity', 'ttl_only_drop_parts'])
    await migrate(engine)
    const events = commands.find((command) => command.startsWith('CREATE TABLE IF NOT EXISTS events (')) ?? ''
    expect(events).toMatch(/SETTINGS ttl_only_drop_parts = 1, index_granularity = 2048$/)
    const old = createFakeEngine(0)
    await migrate(old.engine)
    expect(old.commands.filter((command) => command.includes('SETTINGS'))).toEqual([])
  })
})
