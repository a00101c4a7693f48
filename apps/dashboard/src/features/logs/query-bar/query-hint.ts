/** What an empty query bar shows. */
export const QUERY_HINT = 'Search: words, "phrases", level:error, status:>=500'
