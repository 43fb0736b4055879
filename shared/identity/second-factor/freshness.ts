/** Whoever has proved the second factor so many minutes ago at most need not prove it again. */
export const FRESH_MINUTES = 5;
