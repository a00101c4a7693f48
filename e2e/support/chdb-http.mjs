// A ClickHouse server for tests where there is none: the embedded engine in a process of its own behind HTTP, as far as
// @clickhouse/client goes. Usage: node chdb-http.mjs FOLDER; prints `listening PORT`, ends with SIGTERM or when its standard input closes.
import { randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip, gzipSync } from 'node:zlib'
import { Session } from 'chdb'

const folder = process.argv[2]
if (folder === undefined) throw new Error('usage: node chdb-http.mjs FOLDER')
const scratch = await mkdtemp(join(tmpdir(), 'chdb-http-'))

/** A session runs one statement at a time; KILL has one of its own. */
const createLane = (size) => {
  const open = () => new Session(folder, { connectionArgs: ['--max_server_memory_usage=1500000000'] })
  const free = Array.from({ length: size }, open)
  const waiting = []
  return async (sql) => {
    let session = free.pop() ?? (await new Promise((resolve) => waiting.push(resolve)))
    try {
      return (await session.queryAsync(sql, { format: 'TabSeparated' })).bytes()
    } catch (error) {
      // What the failed statement had written of its answer would come with the next one.
      session.close()
      session = open()
      throw error
    } finally {
      const next = waiting.shift()
      if (next === undefined) free.push(session)
      else next(session)
    }
  }
}
const run = createLane(5)
const runKill = createLane(1)

const readBody = async (request) => {
  const stream = request.headers['content-encoding'] === 'gzip' ? request.pipe(createGunzip()) : request
  const chunks = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** The engine in a process takes binary blocks only from files. */
const insertFromBody = async (statement, request) => {
  const match = /^(INSERT INTO [\s\S]*) FORMAT Native\s*$/.exec(statement)
  if (match === null) throw new Error(`cannot insert with: ${statement.slice(0, 200)}`)
  const path = join(scratch, `${randomUUID()}.native`)
  try {
    await pipeline(...(request.headers['content-encoding'] === 'gzip' ? [request, createGunzip()] : [request]), createWriteStream(path))
    return await run(`${match[1]} SELECT * FROM file('${path}', 'Native') SETTINGS max_threads = 1`)
  } finally {
    await rm(path, { force: true })
  }
}

const answer = async (request) => {
  const query = new URL(request.url, 'http://localhost').searchParams.get('query')
  if (query !== null) return insertFromBody(query, request)
  const statement = (await readBody(request)).toString('utf8')
  return /^\s*KILL /.test(statement) ? runKill(statement) : run(statement)
}

const server = createServer(async (request, response) => {
  if (request.url?.startsWith('/ping')) return response.end('Ok.\n')
  response.setHeader('X-ClickHouse-Summary', '{}')
  const gzip = /gzip/.test(request.headers['accept-encoding'] ?? '')
  if (gzip) response.setHeader('Content-Encoding', 'gzip')
  try {
    const bytes = await answer(request)
    if (gzip && bytes.length > 1_000_000) await pipeline([bytes], createGzip(), response)
    else response.end(gzip ? gzipSync(bytes) : bytes)
  } catch (error) {
    const message = String(error.message)
    const code = error.clickhouseCode ?? 0
    response.statusCode = 500
    response.setHeader('X-ClickHouse-Exception-Code', code)
    response.end(gzip ? gzipSync(message) : message)
  }
})
server.listen(0, '127.0.0.1', () => console.log(`listening ${server.address().port}`))

const stop = async () => {
  server.close()
  await rm(scratch, { recursive: true, force: true })
  process.exit(0)
}
process.on('SIGTERM', stop)
process.stdin.on('end', stop).resume()
