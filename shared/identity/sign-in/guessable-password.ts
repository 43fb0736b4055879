import { COMMON_PASSWORD_PRINTS } from './common-password-prints.ts';
import { passwordPrint } from './password-print.ts';

const PRINT_BYTES = 4;

/**
 * Words that head the published lists of leaked passwords, and of what people take when twelve characters are asked for: the word
 * again, the year, the keyboard. Guessers try them first, with the endings and letters that `cores` takes away.
 */
const COMMON_WORDS: ReadonlySet<string> = new Set(
  `abc abcd abcdef access account admin administrator adobe airplane alexander amanda america andrea andrew angel angels anthony apple arsenal ashley
  asdf asdfgh asdfghjkl august austin autumn babygirl bailey banana barcelona baseball basketball batman beautiful bitcoin blink buster butterfly
  changeit changeme charlie cheese chelsea chocolate christmas company computer cookie daniel december default demo
  diamond donald dragon elephant estrella eminem facebook family february flower football forever freedom friday friends george ginger girlfriend
  google gorgeous guest hannah harley hello helloworld hockey hunter iloveu iloveyou iloveyouforever internet january jennifer jessica jesus jordan
  joshua july june killer letmein letmeinnow liverpool login london lovely loveme lovers maggie manchester march master matrix matthew merlin
  michael michelle mickey microsoft minecraft monday monkey monster mustang mypassword mynameis naruto nicole ninja november october onelove oracle
  orange passphrase passw password passwords passwort pepper pokemon princess purple qazwsx qazwsxedc qwer qwert qwerty qwertyuiop rainbow
  ranger robert rockyou root samsung saturday secret security september service shadow shareholder shares soccer sophie spiderman spring starwars
  steven summer sunday sunflower sunshine superman superstar system telecom temp temporary test tester testing thomas thunder thursday tigger
  trustno trustnoone tuesday united user vestry wednesday welcome welcomeback whatever william windows winter wordpass yankees zaq zxcvbn zxcvbnm
  contrasena contraseña correcthorsebatterystaple geheim haslo heslo hasło kennwort lozinka losenord lösenord motdepasse parola parole parool passord
  salasana senha sifre şifre thisis thisismy wachtwoord
  asd cxz dsa edc ewq qaz qwe rfv tgb wsx zxc`.split(/\s+/),
);

/** Letters as they are imitated. */
const IMITATIONS: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '8': 'b',
  '@': 'a',
  $: 's',
  '!': 'i',
};
const ROWS = [
  'abcdefghijklmnopqrstuvwxyz',
  '01234567890123456789',
  'qwertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  'qwertzuiop',
  'azertyuiop',
  '1q2w3e4r5t6y7u8i9o0p',
  '1qaz2wsx3edc4rfv5tgb6yhn',
  'zaq12wsxcde34rfvbgt5',
];
const RUN = 4;
const YEAR = /(?:19|20)\d\d/g;
/** A password needs so many characters that a guesser doesn't know. */
const UNKNOWN_NEEDED = 4;
/** Parts of a name or address that are shorter stand in many passwords by chance. */
const SHORTEST_PART = 4;

/** Someone's own words, which whoever attacks them knows. */
export interface OwnWords {
  readonly email: string;
  /** The slug and the name. */
  readonly tenant: readonly string[];
}

/**
 * Tells why a password would be guessed: `own` when little is left of it beside the user's name, email or tenant, `common` when little is
 * left beside the words, rows of keys and repetitions that everybody takes.
 */
export function whyGuessable(password: string, own: OwnWords): 'own' | 'common' | undefined {
  const text = password.normalize('NFKC').toLowerCase();
  if (isInList(text)) return 'common';
  const plain = lettersOf(text);
  for (const word of partsOf(own)) {
    if (plain.includes(lettersOf(word)) || text.includes(word)) return 'own';
  }
  const left = withoutWords(text.replace(YEAR, ' '));
  return leftOf(left) < UNKNOWN_NEEDED || leftOf(lettersOf(left)) < UNKNOWN_NEEDED ? 'common' : undefined;
}

/** Tells whether it is one of the ten thousand most common leaked passwords of at least twelve characters, also with a few signs behind it. */
function isInList(text: string): boolean {
  const bytes = Buffer.from(COMMON_PASSWORD_PRINTS, 'base64');
  const printAt = (at: number): number => bytes.readUInt32LE(at * PRINT_BYTES);
  return [text, text.replace(/[^\p{L}]+$/u, '')].some((one) => {
    const print = passwordPrint(one);
    let [low, high] = [0, bytes.length / PRINT_BYTES];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (printAt(middle) < print) low = middle + 1;
      else high = middle;
    }
    return low < bytes.length / PRINT_BYTES && printAt(low) === print;
  });
}

function partsOf({ email, tenant }: OwnWords): string[] {
  const [local = '', domain = ''] = email.toLowerCase().split('@');
  const words = [local, domain, ...tenant.map((word) => word.toLowerCase())];
  const parts = words.flatMap((word) => [word, ...word.split(/[^\p{L}\p{N}]+/u)]);
  return [...new Set(parts)].filter((part) => part.length >= SHORTEST_PART && !ENDINGS.has(part));
}

/** Parts of addresses and names that are nobody's own. */
const ENDINGS: ReadonlySet<string> = new Set([
  'mail',
  'info',
  'corp',
  'inc.',
  'example',
  'company',
  'limited',
  'group',
  'holding',
  'holdings',
  'email',
]);

function lettersOf(text: string): string {
  // Replaced unit by unit of UTF-16, so that places are the same in both texts.
  return text.replace(/[0134578@$!]/g, (character) => IMITATIONS[character] ?? character);
}

/** Returns how many different characters are left beside rows and repetitions. */
function leftOf(text: string): number {
  let left = withoutRuns(text);
  // A unit that is repeated counts once.
  left = left.replace(/(.{1,8}?)\1+/gu, '$1');
  return (
    new Set(left.replace(/[\s\d\p{P}\p{S}]/gu, '')).size +
    Math.min(3, new Set(left.replace(/[^\d]/g, '')).size)
  );
}

const LONGEST_FIRST = [...COMMON_WORDS].sort((a, b) => b.length - a.length);

/** Takes out words as they are written, and as they are imitated. What is a letter in one word may be a digit of a row of keys beside it. */
function withoutWords(text: string): string {
  const imitated = lettersOf(text);
  const left = text.split('');
  for (const word of LONGEST_FIRST)
    for (const written of [text, imitated])
      for (let at = written.indexOf(word); at >= 0; at = written.indexOf(word, at + word.length))
        left.fill(' ', at, at + word.length);
  return left.join('');
}

/** Takes out four keys or letters that follow one another, in either direction. */
function withoutRuns(text: string): string {
  const rows = ROWS.flatMap((row) => [row, [...row].reverse().join('')]);
  let left = '';
  for (let at = 0; at < text.length; ) {
    const length = Math.max(...rows.map((row) => runAt(text, at, row)));
    if (length < RUN) left += text[at];
    at += length < RUN ? 1 : length;
  }
  return left;
}

function runAt(text: string, at: number, row: string): number {
  let length = 0;
  while (at + length < text.length && row.includes(text.slice(at, at + length + 1))) length += 1;
  return length;
}
