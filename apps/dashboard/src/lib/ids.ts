const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Whether a pasted text is likely an id of something: long enough, one piece, with a digit in it. */
export const looksLikeId = (text: string): boolean => /^[\w.:@-]{6,200}$/.test(text) && (/\d/.test(text) || UUID.test(text))
