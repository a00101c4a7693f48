const MIB = 1024 * 1024

export const fakeHealth = () => ({
  ready: true,
  version: '0.1.0',
  uptimeSeconds: 187_340,
  parts: [
    { name: 'engine', ok: true, message: 'answers', latencyMs: 1.8 },
    { name: 'queue', ok: true, message: 'takes and gives', latencyMs: 0.2 },
    { name: 'meta store', ok: true, message: 'answers', latencyMs: 0.4 },
    { name: 'disk', ok: false, message: '91 % full; at 95 % new events are refused', latencyMs: 0.1 },
  ],
  queue: { bytes: 12 * MIB, capBytes: 1024 * MIB, rows: 18_211, oldestMs: 140, deadLetters: fakeLetters.length, lostRows: 0 },
  store: { rows: 48_211_905, bytes: 4_900 * MIB, parts: 61 },
  memory: { rssBytes: 612 * MIB },
  disk: { freeBytes: 9_100 * MIB, totalBytes: 102_400 * MIB },
  steps: [
    { name: 'normalise', events: 48_220_101, microsPerEvent: 2.1 },
    { name: 'scrub', events: 48_220_101, microsPerEvent: 1.2 },
    { name: 'enrich', events: 48_220_101, microsPerEvent: 0.9 },
    { name: 'route', events: 48_220_101, microsPerEvent: 0.1 },
  ],
})

const row = (projectId: string, door: string, keyId: string, stored: number, refused: Record<string, number>, queued = 0, deadLettered = 0) => ({
  projectId,
  door,
  keyId,
  received: stored + queued + deadLettered + Object.values(refused).reduce((sum, value) => sum + value, 0),
  stored,
  queued,
  deadLettered,
  refused,
})

export const fakeLedger = (project: string | undefined) => ({
  since: new Date(Date.now() - 187_340_000).toISOString(),
  rows: [
    row('1', 'ingest', 'k1', 41_220_310, { malformed: 112, expired: 4_031 }, 18_211, 1_200),
    row('1', 'ingest/syslog', 'k1', 6_900_422, { malformed: 7 }),
    row('2', 'ingest', 'k2', 91_173, { 'too-large': 2 }),
  ].filter((entry) => project === undefined || entry.projectId === project),
  damaged: { pieces: 0, bytes: 0 },
})

export const fakeLetters = [
  {
    id: '000000012-1',
    at: new Date(Date.now() - 7_200_000).toISOString(),
    projectId: '1',
    door: 'ingest',
    rows: 1_200,
    bytes: 221_000,
    reason: 'The block does not read back: column attributes has 1199 rows instead of 1200.',
  },
]
