declare module 'unbzip2-stream' {
  /** A stream of the old kind: wrap it before use. */
  export default function unbzip2Stream(): NodeJS.ReadWriteStream
}
