import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sourceThread } from '../../../self/testing/source-thread.ts'
import { createBlockEncoder } from './block-encoder.ts'
import { type BlockBuilder, createBlockThread, createInlineBlockBuilder } from './block-thread.ts'
import { createIdSource } from './id-source.ts'
import { sampleEvent, withAttributes } from './testing/sample-events.ts'

const folder = mkdtempSync(join(tmpdir(), 'heartwood-block-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const thread = sourceThread(new URL('../../../block-worker.ts', import.meta.url))

describe.each([
  ['on a thread', () => createBlockThread(thread)],
  ['inline', () => createInlineBlockBuilder()],
])('block builder %s', (_, create) => {
  let builder: BlockBuilder
  beforeEach(() => {
    builder = create()
  })
  afterEach(() => builder.close())
  const encoder = createBlockEncoder(createIdSource())
  const payload = (count: number): Uint8Array => {
    for (let index = 0; index < count; index++) encoder.append(withAttributes({ index }, { message: `m${index}`, service: `s${index % 3}` }))
    return encoder.finish()
  }

  it('writes what was appended as one file, and leaves out columns that hold nothing', async () => {
    const [first, second] = [payload(10), payload(5)]
    builder.append(first, 1)
    builder.append(second, 2)
    const path = join(folder, 'a.native')
    const sealed = await builder.seal(path)
    expect(sealed).toMatchObject({ rows: 15, sizeBytes: readFileSync(path).length })
    expect(sealed.columns).toEqual(expect.arrayContaining(['project_id', 'id', 'ts', 'message', 'service', 'attributes', 'attribute_types']))
    expect(sealed.columns).not.toContain('detail')
  })

  it('makes the same file of the same payloads, so that a retry is the same block', async () => {
    const payloads = [payload(10), payload(1), payload(300)]
    const files: Buffer[] = []
    for (const name of ['b', 'c']) {
      for (const part of payloads) builder.append(part.slice(), 7)
      await builder.seal(join(folder, name))
      files.push(readFileSync(join(folder, name)))
    }
    expect(files[0]?.equals(files[1] ?? Buffer.alloc(0))).toBe(true)
  })

  it('names the damaged payloads, and goes on with the next block', async () => {
    builder.append(payload(2), 1)
    builder.append(Uint8Array.of(1, 2, 3), 1)
    builder.append(payload(2), 1)
    await expect(builder.seal(join(folder, 'd'))).rejects.toMatchObject({ code: 'block-invalid', details: { indexes: [1] } })
    builder.append(payload(4), 1)
    expect((await builder.seal(join(folder, 'e'))).rows).toBe(4)
  })

  it('says that a file cannot be written, and goes on with the next block', async () => {
    builder.append(payload(2), 1)
    await expect(builder.seal(join(folder, 'no', 'such', 'folder'))).rejects.toMatchObject({ code: 'engine-unavailable' })
    builder.append(payload(3), 1)
    expect((await builder.seal(join(folder, 'f'))).rows).toBe(3)
  })
})

describe('block thread', () => {
  it('says that it ended, and starts anew', async () => {
    const builder = createBlockThread({ workerUrl: new URL('data:text/javascript,process.exit(3)') })
    const encoder = createBlockEncoder(createIdSource())
    encoder.append(sampleEvent())
    builder.append(encoder.finish(), 1)
    await expect(builder.seal(join(folder, 'g'))).rejects.toMatchObject({ code: 'engine-unavailable' })
    await builder.close()
  })

  it('gives a thread up that hangs, and starts another', async () => {
    // The first thread hangs, the ones after it answer: the file says whether there was a first.
    const mark = join(folder, 'hung-before')
    const script = `
      import { parentPort } from 'node:worker_threads'
      import { existsSync, writeFileSync } from 'node:fs'
      const hangs = !existsSync(${JSON.stringify(mark)})
      writeFileSync(${JSON.stringify(mark)}, '')
      parentPort.on('message', (request) => {
        while (hangs) {}
        if ('seal' in request) parentPort.postMessage({ sealed: { rows: 1, sizeBytes: 1, columns: [] } })
      })`
    const workerUrl = new URL(`data:text/javascript,${encodeURIComponent(script)}`)
    const builder = createBlockThread({ workerUrl, sealTimeoutMs: 200 })
    builder.append(Uint8Array.of(1), 1)
    await expect(builder.seal(join(folder, 'h'))).rejects.toMatchObject({ code: 'engine-unavailable' })
    builder.append(Uint8Array.of(1), 1)
    expect((await builder.seal(join(folder, 'h'))).rows).toBe(1)
    await builder.close()
  })
})
