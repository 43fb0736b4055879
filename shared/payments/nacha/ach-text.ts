import { TRANSLITERATION } from './transliteration.ts';

const MARKS = /\p{M}/gu;
/** All but those characters that Nacha allows and no bank's statement printing or screening is known to mangle. */
const NOT_KEPT = /[^A-Z0-9 .,'&/()#:+-]/gu;

/**
 * A text for an alphameric field: upper case, A–Z, 0–9, space and `.,'&/()#:+-` only, at most so many characters.
 *
 * Compatibility forms become plain ones, marks fall off (`Ñ` → `N`), letters of the Latin, Cyrillic and Greek scripts that remain are
 * transliterated, white space becomes one space. Any other character is left out: a name in Han, Arabic or Hebrew letters gives an
 * empty text, and the caller must have a substitute. The same text always gives the same result.
 */
export function achText(text: string, maxLength: number): string {
  const plain = text
    .normalize('NFKD')
    .replace(MARKS, '')
    .toUpperCase()
    .replace(NOT_KEPT, (character) => (/\s/.test(character) ? ' ' : (TRANSLITERATION.get(character) ?? '')));
  return plain.replace(/ +/g, ' ').trim().slice(0, maxLength).trimEnd();
}

/** A name must have a letter or a digit: punctuation that remains of another script identifies nobody. */
export function isNameable(achName: string): boolean {
  return /[A-Z0-9]/.test(achName);
}
