/** Bodies made by chance that a door is tried with; `HEARTWOOD_CASES` asks for more (tools/chance.mjs: a million). */
export const CHANCE_CASES = Number(process.env.HEARTWOOD_CASES ?? 10_000)

/** Milliseconds that so many cases may take. */
export const CHANCE_TIMEOUT_MS = 60_000 + CHANCE_CASES * 10
