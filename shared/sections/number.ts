/**
 * The newest schema number: what this build's editor states when it opens a section. Apart from the names, because the
 * engine of the local copy needs no more than the number.
 */
export const currentSchema = 2;
