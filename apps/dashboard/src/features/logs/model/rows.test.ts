import type { EventJson } from '@heartwood/protocol'
import { describe, expect, it } from 'vitest'
import { readField, rowFields, toTree } from './columns.ts'
import { collectEvents, EXPORT_EVENTS, rowsToCsv, toCurl } from './export-rows.ts'
import { emptyTail, pauseTail, pushTail, resumeTail, TAIL_ROWS } from './tail-buffer.ts'

const event = (message: string, rest: Partial<EventJson> = {}): EventJson => ({
  id: '01900000-0000-7000-8000-000000000000',
  kind: 'log',
  timestamp: '2026-11-21T09:30:12.123456Z',
  level: 'info',
  message,
  ...rest,
})

describe('columns', () => {
  it('read event columns, request and error fields, and attributes however they nest', () => {
    const row = event('x', {
      service: 'api',
      request: { status: 500 },
      error: { type: 'TypeError' },
      attributes: { 'order.id': 'A-1', extra: { cache: { hit: false }, 'a.b': 1 } },
    })
    const read = (name: string) => readField(row, name)
    expect(['service', 'status', 'error.type', 'order.id', 'extra.cache.hit', 'extra.a.b'].map(read)).toEqual([
      'api',
      500,
      'TypeError',
      'A-1',
      false,
      1,
    ])
    expect(read('toString')).toBeUndefined()
  })

  it('are asked for only where they are shown', () => {
    expect(rowFields(['service', 'host', 'order.id', 'request.durationMs'])).toBe('service,method,route,path,status,attributes,host,durationMs')
  })

  it('lay attributes out as a tree whose groups close', () => {
    const attributes = { a: 1, b: { c: [1, 2], d: { e: null } }, f: {} }
    expect(toTree(attributes).map((line) => line.path)).toEqual(['a', 'b', 'b.c', 'b.d', 'b.d.e', 'f'])
    expect(toTree(attributes, new Set(['b.d'])).map((line) => line.path)).toEqual(['a', 'b', 'b.c', 'b.d', 'f'])
  })

  it('are what an export holds', () => {
    expect(rowsToCsv([event('hello, you', { service: 'api' })], ['service'])).toBe(
      'timestamp,level,service,message\r\n2026-11-21T09:30:12.123456Z,info,api,"hello, you"\r\n',
    )
  })

  it('are exported whole, page after page, up to the bound', async () => {
    const page = Array.from({ length: 1_000 }, (_, index) => event(`m${index}`))
    const read = (pages: number) => {
      let left = pages
      return collectEvents(
        async () => ({ events: page, nextCursor: --left > 0 ? 'next' : null, partial: left === 1 ? { message: 'Stopped.' } : null }),
        () => undefined,
      )
    }
    expect(await read(3)).toMatchObject({ events: { length: 3_000 }, partial: 'Stopped.' })
    expect((await read(1_000)).events).toHaveLength(EXPORT_EVENTS)
  })

  it('survive a shell in the copied command', () => {
    expect(toCurl(event("it's"), 'http://x')).toContain(`"message":"it'\\''s"`)
  })
})

describe('the live tail', () => {
  it('shows the newest first and stays bounded', () => {
    const full = pushTail(
      emptyTail,
      Array.from({ length: TAIL_ROWS + 5 }, (_, index) => event(String(index))),
    )
    expect(full.rows).toHaveLength(TAIL_ROWS)
    expect(full.rows[0]?.message).toBe(String(TAIL_ROWS + 4))
  })

  it('collects while paused, counts, and shows all of it on resume', () => {
    const paused = pushTail(pauseTail(pushTail(emptyTail, [event('a')])), [event('b'), event('c')])
    expect([paused.rows.length, paused.waitingCount]).toEqual([1, 2])
    expect(resumeTail(paused).rows.map((row) => row.message)).toEqual(['c', 'b', 'a'])
  })

  it('says how many it could not keep while paused', () => {
    const many = Array.from({ length: TAIL_ROWS + 7 }, (_, index) => event(String(index)))
    expect(resumeTail(pushTail(pauseTail(emptyTail), many)).dropped).toBe(7)
  })
})
