/** Runs statements of our own; each adapter has one. */
export interface Engine {
  /** Runs one statement that gives no rows. */
  command(sql: string): Promise<void>
  /** Runs one SELECT that is known to be small. */
  rows<Row>(sql: string): Promise<Row[]>
}

/** What a ClickHouse can do: older servers lack settings that the embedded one has. */
export interface Capabilities {
  mergeTreeSettings: ReadonlySet<string>
  settings: ReadonlySet<string>
}

export const readCapabilities = async (engine: Engine): Promise<Capabilities> => {
  const tables = await engine.rows<{ name: string }>('SELECT name FROM system.merge_tree_settings')
  const settings = await engine.rows<{ name: string }>('SELECT name FROM system.settings')
  return { mergeTreeSettings: new Set(tables.map(({ name }) => name)), settings: new Set(settings.map(({ name }) => name)) }
}

/** The settings that exist there, as a clause that begins with a space; empty when none is left. */
export const settingsClause = (wanted: { readonly [name: string]: string | number }, known: ReadonlySet<string>): string => {
  const parts = Object.entries(wanted)
    .filter(([name]) => known.has(name))
    .map(([name, value]) => `${name} = ${typeof value === 'number' ? value : `'${value}'`}`)
  return parts.length === 0 ? '' : ` SETTINGS ${parts.join(', ')}`
}
