export interface Order {
  readonly id: string
  readonly lines: number
}

/** What is above it here is not in the bundle: only a source map knows this line. */
export function placeOrder({ id, lines }: Order): void {
  if (lines === 0) throw new TypeError(`${id} is empty`)
}
