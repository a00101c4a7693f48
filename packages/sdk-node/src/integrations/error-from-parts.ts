/** An error that was met elsewhere and came as texts; its stack is the one of there, or none but its first line. */
export const errorFromParts = (type: string, message: string, stack: string): Error => {
  const error = new Error(message)
  error.name = type || 'Error'
  error.stack = stack || `${error.name}: ${message}`
  return error
}
