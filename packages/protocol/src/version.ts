/** Version of the wire contract: raised when a client has to know. Sent in the header `X-Heartwood-Protocol` of each answer. */
export const PROTOCOL_VERSION = 1
