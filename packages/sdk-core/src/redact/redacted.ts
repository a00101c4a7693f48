/** Stands where something was taken out, here as on the server. */
export const REDACTED = '[redacted]'
