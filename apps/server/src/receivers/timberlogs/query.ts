/**
 * The parameters of an address as these clients write them: `+` is a space, a percent sign that begins no escape stands for itself, the first
 * of two wins.
 */
export function readQuery(url: string): Map<string, string> {
  const query = new Map<string, string>()
  const at = url.indexOf('?')
  if (at < 0) return query
  for (const part of url.slice(at + 1).split('&')) {
    const equals = part.indexOf('=')
    const name = decode(equals < 0 ? part : part.slice(0, equals))
    if (name !== '' && !query.has(name)) query.set(name, equals < 0 ? '' : decode(part.slice(equals + 1)))
  }
  return query
}

const decode = (text: string): string =>
  text.replaceAll('+', ' ').replace(/(?:%[0-9a-f]{2})+/gi, (escapes) => Buffer.from(escapes.replaceAll('%', ''), 'hex').toString())
