/** What the command line needs to send a file in pieces as the doors read it; no service, no engine. */
export { firstYearOf } from './receivers/raw/first-year.ts'
export { type KnownFormat, sniffFormat } from './receivers/raw/sniff.ts'
export { cutAtRecord, pieceHeaderOf } from './receivers/raw/split.ts'
