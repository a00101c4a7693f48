// The same package as a CommonJS program sees it. It is compiled, not run.
import heartwood = require('@heartwood/node')

const client: heartwood.Client = heartwood.init({ service: 'shop' })
const sent: number = client.stats().sent
export = sent
