export const sdkPackage: string
export function ensureSdkPeers(): string | undefined
