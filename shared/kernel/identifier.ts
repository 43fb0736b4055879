/**
 * Characters that nobody sees, and spaces of other widths, which look like the one or like nothing. The blank of Braille (U+2800) is a sign to
 * Unicode, and nothing to the eye.
 */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Zl}\p{Zp}\u2800]|(?! )\p{Zs}/u;

export interface IdentifierFault {
  readonly code: 'invisible-character' | 'compatibility-character';
  readonly message: string;
}

/**
 * Returns what makes an identifier look like another one: characters that nobody sees, and forms that Unicode keeps for the
 * sake of older character sets, such as full-width digits (UAX #31, UTS #39). NFC is the form in which identifiers are compared.
 */
export function identifierFault(text: string): IdentifierFault | undefined {
  const [found] = INVISIBLE.exec(text) ?? [];
  if (found !== undefined) {
    const codePoint = (found.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    return {
      code: 'invisible-character',
      message: `must not contain the invisible character U+${codePoint}`,
    };
  }
  const plain = text.normalize('NFKC');
  if (plain === text.normalize('NFC')) return undefined;
  return {
    code: 'compatibility-character',
    message: `must not contain compatibility characters, such as full-width letters: write ${plain}`,
  };
}
