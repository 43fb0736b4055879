/** Pairs of an upper case letter and what stands for it, parted by spaces. `Ь=` stands for nothing. */
function letters(pairs: string): [letter: string, latin: string][] {
  return pairs.split(' ').map((pair) => pair.split('=') as [string, string]);
}

const LATIN = 'Æ=AE Œ=OE Ø=O Ð=D Đ=D Ɖ=D Þ=TH Ł=L Ħ=H Ŋ=N Ŧ=T Ə=E Ɛ=E Ɔ=O ẞ=SS';

/** Transliteration of passports, ICAO Doc 9303 Part 3, section 6 B. */
const CYRILLIC =
  'А=A Б=B В=V Г=G Ґ=G Д=D Е=E Ж=ZH З=Z И=I Й=I К=K Л=L М=M Н=N О=O П=P Р=R С=S Т=T У=U Ф=F Х=KH Ц=TS Ч=CH Ш=SH ' +
  'Щ=SHCH Ъ=IE Ы=Y Ь= Э=E Ю=IU Я=IA Є=IE І=I Ѕ=DZ Ј=J Љ=LJ Њ=NJ Ћ=C Џ=DZ Ђ=D';

/** ELOT 743, letter by letter: ου is OY, not OU. */
const GREEK =
  'Α=A Β=V Γ=G Δ=D Ε=E Ζ=Z Η=I Θ=TH Ι=I Κ=K Λ=L Μ=M Ν=N Ξ=X Ο=O Π=P Ρ=R Σ=S Τ=T Υ=Y Φ=F Χ=CH Ψ=PS Ω=O';

const PUNCTUATION = "’=' ‘=' ʼ=' ′=' –=- —=- ‐=- −=- _=- \\=/ |=/ [=( ]=) {=( }=)";

/**
 * The replacement of each character that Unicode doesn't decompose into an ASCII character and its marks; keys are
 * upper case.
 */
export const TRANSLITERATION: ReadonlyMap<string, string> = new Map(
  [LATIN, CYRILLIC, GREEK, PUNCTUATION].flatMap(letters),
);
