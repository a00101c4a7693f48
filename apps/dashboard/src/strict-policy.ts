import { config } from 'zod'

// The content policy forbids `new Function`, which Zod would try; it must know before the first schema is built.
config({ jitless: true })
