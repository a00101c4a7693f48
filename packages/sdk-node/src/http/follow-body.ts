type Emit = (event: string | symbol, ...values: unknown[]) => boolean

/**
 * A body arrives on its connection's account: who listens to it would hear of it outside the request's scope, and so would the handler that a
 * body parser calls at the end. Only for requests with a body; the body itself is not looked at.
 */
export function followBody(request: object, capture: { run<Result>(run: () => Result): Result }): void {
  // Frameworks hand over what is an emitter; what stands for it in tests may be none.
  const emitter = request as { emit?: Emit }
  const { emit } = emitter
  if (typeof emit !== 'function') return
  emitter.emit = (event, ...values) => capture.run(() => emit.call(request, event, ...values))
}
