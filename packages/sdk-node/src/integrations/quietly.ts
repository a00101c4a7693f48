/** For what runs inside a call of the program: what it throws must not become the program's; a lost event is the lesser harm. */
export const quietly =
  <Values extends readonly unknown[]>(handle: (...values: Values) => void) =>
  (...values: Values): void => {
    try {
      handle(...values)
    } catch {
      // The call goes on.
    }
  }
