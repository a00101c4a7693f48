import { describe, expect, it } from 'vitest'
import { formatTraceparent, isId, parseFlowHeader, parseTraceparent, traceHeaders } from './propagation.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const SPAN = '00f067aa0ba902b7'
const trace = { traceId: TRACE, spanId: SPAN }

describe('traceparent', () => {
  it('is read with its flag', () => {
    expect(parseTraceparent(`00-${TRACE}-${SPAN}-01`)).toEqual({ traceId: TRACE, parentSpanId: SPAN, sampled: true })
    expect(parseTraceparent(`00-${TRACE}-${SPAN}-00`)?.sampled).toBe(false)
    expect(parseTraceparent(`00-${TRACE}-${SPAN}-02`)?.sampled).toBe(false)
    expect(parseTraceparent(`00-${TRACE}-${SPAN}-ff`)?.sampled).toBe(true)
  })

  it('of a later version gives what is known of it', () => {
    expect(parseTraceparent(`cc-${TRACE}-${SPAN}-01`)?.traceId).toBe(TRACE)
    expect(parseTraceparent(`cc-${TRACE}-${SPAN}-01-what-the-future-will-be-like`)?.traceId).toBe(TRACE)
  })

  it.each([
    ['nothing', ''],
    ['version ff', `ff-${TRACE}-${SPAN}-01`],
    ['more than version 00 has', `00-${TRACE}-${SPAN}-01-more`],
    ['a later version that goes on without a dash', `cc-${TRACE}-${SPAN}-01.more`],
    ['two headers in one', `00-${TRACE}-${SPAN}-01, 00-${TRACE}-${SPAN}-01`],
    ['an all-zero trace', `00-${'0'.repeat(32)}-${SPAN}-01`],
    ['an all-zero span', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['upper case', `00-${TRACE.toUpperCase()}-${SPAN}-01`],
    ['a short trace', `00-${TRACE.slice(1)}-${SPAN}-01`],
    ['a long trace', `00-${TRACE}a-${SPAN}-01`],
    ['a letter that is no digit', `00-${TRACE}-${SPAN.slice(1)}g-01`],
    ['a flag that is no digit', `00-${TRACE}-${SPAN}-0x`],
    ['a version that is no digit', `0x-${TRACE}-${SPAN}-01`],
    ['other dashes', `00_${TRACE}_${SPAN}_01`],
  ])('is refused: %s', (_what, header) => {
    expect(parseTraceparent(header)).toBeUndefined()
  })

  it('is written from ids of W3C only, and read again', () => {
    expect(formatTraceparent(trace)).toBe(`00-${TRACE}-${SPAN}-01`)
    expect(formatTraceparent({ ...trace, sampled: false })).toBe(`00-${TRACE}-${SPAN}-00`)
    expect(formatTraceparent({ traceId: 'from-caller-1', spanId: SPAN })).toBeUndefined()
    expect(formatTraceparent({ traceId: TRACE })).toBeUndefined()
    expect(formatTraceparent({ traceId: TRACE }, SPAN)).toBe(`00-${TRACE}-${SPAN}-01`)
  })
})

describe('ids of headers', () => {
  it('hold 1 to 128 letters, digits and - _ . :', () => {
    for (const id of ['a', 'from-caller_1.2:3', 'Z'.repeat(128)]) expect(isId(id)).toBe(true)
    for (const id of ['', 'a b', 'é', 'a\nb', 'a/b', '<a>', 'a;b', 'Z'.repeat(129), undefined]) expect(isId(id)).toBe(false)
  })
})

describe('the flow header', () => {
  it('holds an id and the next step', () => {
    expect(parseFlowHeader('checkout-8f3a;step=3')).toEqual({ id: 'checkout-8f3a', step: 3 })
    expect(parseFlowHeader(' checkout-8f3a ; other=1 ; step=0 ')).toEqual({ id: 'checkout-8f3a', step: 0 })
  })

  it('without a readable step is a flow without one', () => {
    for (const header of ['a', 'a;', 'a;step=', 'a;step=-1', 'a;step=1e3', 'a;step=99999999999']) expect(parseFlowHeader(header)).toEqual({ id: 'a' })
  })

  it('without a readable id is none', () => {
    for (const header of [undefined, '', ';step=1', 'a b;step=1', `${'a'.repeat(129)};step=1`]) expect(parseFlowHeader(header)).toBeUndefined()
  })
})

describe('headers to other services', () => {
  it('carry trace and flow of a scope', () => {
    expect(traceHeaders({ trace, flow: { id: 'checkout-8f3a', step: 3 } })).toEqual({
      traceparent: `00-${TRACE}-${SPAN}-01`,
      'x-trace-id': TRACE,
      'x-heartwood-flow': 'checkout-8f3a;step=3',
    })
    expect(traceHeaders({ trace: { traceId: 'from-caller-1' }, flow: undefined })).toEqual({ 'x-trace-id': 'from-caller-1' })
    expect(traceHeaders({ trace: undefined, flow: undefined })).toEqual({})
  })

  it('leave out what no header may hold', () => {
    expect(traceHeaders({ trace: { traceId: 'a\r\nb' }, flow: { id: 'ü' } })).toEqual({})
  })
})
