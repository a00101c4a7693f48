import { enrich } from './steps/enrich.ts'
import { group } from './steps/group.ts'
import { normalise } from './steps/normalise.ts'
import { route } from './steps/route.ts'
import { scrub } from './steps/scrub.ts'

/** What happens to an entry, in the order in which it happens. `first` makes an event of it, each of `rest` may change or drop it. */
export const pipeline = {
  first: { name: 'normalise', run: normalise },
  rest: [scrub, enrich, group, route],
} as const
