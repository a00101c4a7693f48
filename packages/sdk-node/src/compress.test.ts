import * as zlib from 'node:zlib'
import { expect, it } from 'vitest'
import { createCompress, decompress } from './compress.ts'

const body = Buffer.from('{"message":"something happened","level":"info"}\n'.repeat(200))
const hasZstd = 'zstdCompress' in zlib

it('compresses with zstd where Node has it, else with Brotli, and can undo it', async () => {
  const packed = await createCompress(() => 'auto')(body)
  expect(packed.encoding).toBe(hasZstd ? 'zstd' : 'br')
  expect(packed.body.byteLength).toBeLessThan(body.byteLength / 10)
  expect(Buffer.from(await decompress(packed.body, packed.encoding))).toEqual(body)
})

it('does as the options say, and leaves short bodies alone', async () => {
  const gzipped = await createCompress(() => 'gzip')(body)
  expect([gzipped.encoding, zlib.gunzipSync(gzipped.body)]).toEqual(['gzip', body])
  expect(await createCompress(() => 'none')(body)).toEqual({ body, encoding: '' })
  expect((await createCompress(() => 'auto')(body.subarray(0, 1_023))).encoding).toBe('')
})

it('says so when it does not know an encoding', async () => {
  await expect(decompress(body, 'lzma')).rejects.toThrow('lzma')
})
