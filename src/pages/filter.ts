/** Filters of lists: a form that is sent with GET. assets/filter-list.js does the same while somebody types. */

/** Whether all the words are somewhere in the text, which is in lower case. */
export const matchesWords = (text: string, words: string): boolean =>
  words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));

/** A parameter of the address; what comes twice or not at all is empty. */
export function askedFor(query: unknown, name: string): string {
  const value = (query as Readonly<Record<string, unknown>>)[name];
  return typeof value === 'string' ? value : '';
}
