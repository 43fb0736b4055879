/** The second letters of the officially assigned codes of ISO 3166-1, as of 2024, by the first one from A to Z. Each function that reads a holder loads them. */
const SECOND_LETTERS =
  'DEFGILMOQRSTUWXZ ABDEFGHIJLMNOQRSTVWYZ ACDFGHIKLMNORUVWXYZ EJKMOZ CEGHRST IJKMOR ABDEFGHILMNPQRSTUWY KMNRTU DELMNOQRST EMOP EGHIMNPRWYZ ABCIKRSTUVY ACDEFGHKLMNOPQRSTUVWXYZ ACEFGILOPRUZ M AEFGHKLMNRSTWY A EOSUW ABCDEGHIJKLMNORSTVXYZ CDFGHJKLMNORTVWZ AGMSYZ ACEGINU FS - ET AMW'.split(
    ' ',
  );

/** Tells whether a text is the code of a country: two capital letters. */
export function isCountry(code: string): boolean {
  return (
    /^[A-Z]{2}$/.test(code) && SECOND_LETTERS[code.charCodeAt(0) - 65]?.includes(code.charAt(1)) === true
  );
}
