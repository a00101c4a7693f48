import { expect, test } from 'vitest'
import { detectFormat } from './detect-format.ts'

test.each([
  ['jsonl', '{"msg":"a"}\n{"msg":"b"}\n'],
  ['jsonl', 'rn off"}\n{"msg":"a"}\n{"msg":"b"}\n{"msg":'],
  ['json', '[\n  {"msg":"a"}\n]\n'],
  ['json', '\ufeff[{"msg":"a"}]'],
  ['json', '{\n  "msg": "a"\n}\n'],
  ['json', '{"logs":[{"message":"a"}]}'],
  ['obl', '/* notice */ {"format": "open-board-log-0.1", "sessions": []}'],
  ['syslog', '<34>Oct 11 22:14:15 host su: x\n'],
  ['syslog', '83 <14>1 2026-01-01T00:00:00Z h a - - - x'],
  ['csv', 'timestamp,level,message\n1,info,x\n'],
  ['csv', '"level"\t"message"\n'],
  ['logfmt', 'time=2026-01-01T00:00:00Z level=info msg="it works" took=3ms\n'],
  ['text', '[2026-01-01 00:00:00] {"not": "json"} ok\n'],
  ['text', '2026-01-01 00:00:00 INFO user=1 did=it\n'],
  ['text', "{'python': 'dict'}\n"],
  ['text', ''],
])('%s: %j', (format, head) => {
  expect(detectFormat(Buffer.from(head))).toBe(format)
})
