export interface StreamMessage {
  event: string
  data: string
}

/** Reads server-sent events out of a body (WHATWG rules: `event`, `data` over several lines, comments, CR, LF or both). */
export async function* readEventStream(body: ReadableStream<Uint8Array>): AsyncGenerator<StreamMessage> {
  const decoder = new TextDecoder()
  let rest = ''
  let message: StreamMessage = { event: '', data: '' }
  // Node's streams can be iterated; the DOM's type, which both go by here, does not say so.
  for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
    rest += decoder.decode(chunk, { stream: true })
    // A CR at the very end may be half of a CRLF.
    const complete = rest.endsWith('\r') ? rest.slice(0, -1) : rest
    const lines = complete.split(/\r\n|\n|\r/)
    rest = (lines.pop() ?? '') + rest.slice(complete.length)
    for (const line of lines) {
      if (line !== '') addField(message, line)
      else {
        // An event without data still says that the connection lives.
        yield { event: message.event || 'message', data: message.data.replace(/\n$/, '') }
        message = { event: '', data: '' }
      }
    }
  }
}

function addField(message: StreamMessage, line: string): void {
  const colon = line.indexOf(':')
  const name = colon < 0 ? line : line.slice(0, colon)
  const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
  if (name === 'event') message.event = value
  else if (name === 'data') message.data += `${value}\n`
}
