import { KIND_TYPE, LEVEL_TYPE } from '../block/layout.ts'
import { type Capabilities, settingsClause } from './capabilities.ts'

/** Statements that make the tables. Texts of migrations: once released they are never edited, only followed by others. */

/** How many inserts a retry may come late and still be recognised. */
const DEDUPLICATION_WINDOW = 1_000

const TABLE_SETTINGS = {
  ttl_only_drop_parts: 1,
  index_granularity: 2048,
  string_serialization_version: 'single_stream',
  text_index_posting_list_codec: 'bitpacking',
  // Parts of words are looked for among all words: a sixth faster for 2 bytes a row.
  text_index_dictionary_block_frontcoding_compression: 0,
  merge_selector_base: 10,
  // A block for each granule of a column: who reads one row need not unpack its neighbours.
  min_compress_block_size: 4096,
  non_replicated_deduplication_window: DEDUPLICATION_WINDOW,
  replicated_deduplication_window: DEDUPLICATION_WINDOW,
  // The queue forgets a batch once it is inserted: then it has to be on the disk.
  fsync_after_insert: 1,
  fsync_part_directory: 1,
}

const ROLLUP_SETTINGS = {
  ttl_only_drop_parts: 1,
  non_replicated_deduplication_window: DEDUPLICATION_WINDOW,
  replicated_deduplication_window: DEDUPLICATION_WINDOW,
  fsync_after_insert: 1,
  fsync_part_directory: 1,
}

const lowCardinality = (...names: string[]): string[] => names.map((name) => `${name} LowCardinality(String)`)
const text = (...names: string[]): string[] => names.map((name) => `${name} String CODEC(ZSTD(1))`)
const time = (name: string): string => `${name} DateTime64(6, 'UTC') CODEC(Delta(8), ZSTD(1))`
const bloom = (index: string, column: string, rate: number): string => `INDEX ${index} ${column} TYPE bloom_filter(${rate}) GRANULARITY 1`

/** Expression of the index over attributes; a search for one must repeat it letter by letter. */
export const ATTRIBUTE_ITEMS = "arrayMap((k, v) -> concat(k, '=', v), mapKeys(attributes), mapValues(attributes))"

const IDENTITY = ['project_id UInt32', `kind ${KIND_TYPE}`, 'id UUID', time('ts'), time('received_at'), 'retention_days UInt16 DEFAULT 90']

/**
 * The kind is not in the key: the newest events of all kinds must be at one end of the table. The id is, as a number (UUIDs compare by
 * their second half), so that "newest first" is the order of the files and a page of it reads only its own rows: 8 ms against 60.
 *
 * Weeks, not days, because an insert makes a part of each partition that it touches (docs/decisions/0014).
 */
export const eventsTable = ({ mergeTreeSettings }: Capabilities): string => `
CREATE TABLE IF NOT EXISTS events (
  ${[
    ...IDENTITY,
    ...lowCardinality('service', 'environment', 'release', 'host', 'dataset', 'method', 'route'),
    `level ${LEVEL_TYPE}`,
    // Scans of messages spend their time on decompression: half of what ZSTD takes, for 4 bytes a row.
    'message String CODEC(LZ4HC(3))',
    ...text('trace_id', 'span_id', 'session_id', 'user_id', 'request_id', 'flow_id', 'issue_id', 'path'),
    'step_index Int32 DEFAULT -1',
    'status UInt16',
    'duration_ms Float32 DEFAULT nan',
    'tags Array(LowCardinality(String))',
    'attributes Map(LowCardinality(String), String) CODEC(ZSTD(1))',
    'attribute_types Array(LowCardinality(String))',
    'detail String CODEC(ZSTD(1))',
    'INDEX i_kind kind TYPE set(16) GRANULARITY 1',
    'INDEX i_level level TYPE set(8) GRANULARITY 1',
    `INDEX i_message lower(message) TYPE text(tokenizer = splitByNonAlpha) GRANULARITY 100000000`,
    bloom('i_items', ATTRIBUTE_ITEMS, 0.001),
    bloom('i_trace', 'trace_id', 0.001),
    bloom('i_user', 'user_id', 0.001),
    bloom('i_request', 'request_id', 0.001),
    bloom('i_session', 'session_id', 0.001),
    bloom('i_flow', 'flow_id', 0.001),
    bloom('i_issue', 'issue_id', 0.001),
  ].join(',\n  ')}
) ENGINE = MergeTree
PARTITION BY toMonday(ts)
PRIMARY KEY (project_id, ts)
ORDER BY (project_id, ts, toUInt128(id))
TTL toDateTime(ts) + toIntervalDay(retention_days)
${settingsClause(TABLE_SETTINGS, mergeTreeSettings)}`

/** Counts for histograms and facets: reading them costs the same however many events there were. */
export const eventsByMinuteTable = ({ mergeTreeSettings }: Capabilities): string => `
CREATE TABLE IF NOT EXISTS events_by_minute (
  project_id UInt32,
  kind ${KIND_TYPE},
  minute DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
  level ${LEVEL_TYPE},
  service LowCardinality(String),
  environment LowCardinality(String),
  count SimpleAggregateFunction(sum, UInt64),
  retention_days SimpleAggregateFunction(max, UInt16)
) ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(minute)
ORDER BY (project_id, minute, kind, level, service, environment)
TTL minute + toIntervalDay(retention_days)
${settingsClause(ROLLUP_SETTINGS, mergeTreeSettings)}`

export const eventsByMinuteView = (): string => `
CREATE MATERIALIZED VIEW IF NOT EXISTS events_by_minute_view TO events_by_minute AS
SELECT project_id, kind, toStartOfMinute(ts) AS minute, level, service, environment, count() AS count, max(retention_days) AS retention_days
FROM events
GROUP BY project_id, kind, minute, level, service, environment`

/** Nothing writes it yet (ARCHITECTURE.md, rule 1). */
export const visitsTable = ({ mergeTreeSettings }: Capabilities): string => `
CREATE TABLE IF NOT EXISTS visits (
  ${[
    ...IDENTITY,
    ...text('visitor_id', 'session_id', 'user_id', 'trace_id', 'link_id', 'url', 'path', 'title', 'referrer'),
    ...lowCardinality('source', 'utm_source', 'utm_medium', 'utm_campaign', 'utm_term', 'utm_content'),
    ...lowCardinality('country', 'region', 'city', 'device', 'os', 'browser', 'language', 'screen'),
    'is_bot Bool',
    'ip_hash String CODEC(ZSTD(1))',
    ...lowCardinality('name'),
    'value Float64 DEFAULT nan',
    'attributes Map(LowCardinality(String), String) CODEC(ZSTD(1))',
    'attribute_types Array(LowCardinality(String))',
    'INDEX i_kind kind TYPE set(16) GRANULARITY 1',
    bloom('i_items', ATTRIBUTE_ITEMS, 0.001),
    bloom('i_visitor', 'visitor_id', 0.001),
    bloom('i_session', 'session_id', 0.001),
    bloom('i_user', 'user_id', 0.001),
    bloom('i_trace', 'trace_id', 0.001),
    bloom('i_link', 'link_id', 0.001),
  ].join(',\n  ')}
) ENGINE = MergeTree
PARTITION BY toYYYYMM(ts)
PRIMARY KEY (project_id, ts)
ORDER BY (project_id, ts, toUInt128(id))
TTL toDateTime(ts) + toIntervalDay(retention_days)
${settingsClause(TABLE_SETTINGS, mergeTreeSettings)}`

/** What each hourly rollup of visits is by, besides project, kind and hour. */
const VISIT_ROLLUPS: { readonly [name: string]: readonly string[] } = {
  visits_by_hour_page: ['path'],
  visits_by_hour_source: ['source', 'referrer_host', 'utm_source', 'utm_medium', 'utm_campaign'],
  visits_by_hour_place: ['country', 'region', 'city'],
  visits_by_hour_device: ['device', 'os', 'browser', 'language'],
}

/** Hits, visitors and sessions by the hour, so that a year of visits answers at once. Bots are counted apart. */
export const visitRollups = ({ mergeTreeSettings }: Capabilities): string[] =>
  Object.entries(VISIT_ROLLUPS).flatMap(([name, by]) => [
    `
CREATE TABLE IF NOT EXISTS ${name} (
  project_id UInt32,
  kind ${KIND_TYPE},
  hour DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
  is_bot Bool,
  ${by.map((column) => `${column} ${column === 'path' ? 'String CODEC(ZSTD(1))' : 'LowCardinality(String)'}`).join(',\n  ')},
  hits SimpleAggregateFunction(sum, UInt64),
  visitors AggregateFunction(uniq, String),
  sessions AggregateFunction(uniq, String),
  retention_days SimpleAggregateFunction(max, UInt16)
) ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(hour)
ORDER BY (project_id, kind, hour, is_bot, ${by.join(', ')})
TTL hour + toIntervalDay(retention_days)
${settingsClause(ROLLUP_SETTINGS, mergeTreeSettings)}`,
    `
CREATE MATERIALIZED VIEW IF NOT EXISTS ${name}_view TO ${name} AS
SELECT project_id, kind, toStartOfHour(ts) AS hour, is_bot, ${by.map((column) => (column === 'referrer_host' ? 'domain(referrer) AS referrer_host' : column)).join(', ')},
  count() AS hits, uniqState(visitor_id) AS visitors, uniqState(session_id) AS sessions, max(retention_days) AS retention_days
FROM visits
GROUP BY project_id, kind, hour, is_bot, ${by.join(', ')}`,
  ])

/** Tables that hold events of a project, for deleting it. */
export const PROJECT_TABLES = ['events', 'events_by_minute', 'visits', ...Object.keys(VISIT_ROLLUPS)] as const
