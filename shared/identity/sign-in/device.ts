/** Programs in the order in which they are looked for: most name others as well. */
const PROGRAMS: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/\bEdg(?:e|A|iOS)?\//, 'Edge'],
  [/\bOPR\/|\bOpera\b/, 'Opera'],
  [/\bFirefox\/|\bFxiOS\//, 'Firefox'],
  [/\bChrome\/|\bCriOS\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
  [/^curl\//, 'curl'],
];
const SYSTEMS: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/\biPhone\b|\biPad\b/, 'iOS'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b|\bMacintosh\b/, 'macOS'],
  [/\bLinux\b|\bX11\b/, 'Linux'],
];

/**
 * Returns what a client says it is, without its versions: `Firefox on Windows`. These are words of ours, since a mail repeats them and
 * the header is the client's to write.
 */
export function deviceOf(userAgent: string | undefined): string {
  const of = (known: typeof PROGRAMS) => known.find(([pattern]) => pattern.test(userAgent ?? ''))?.[1];
  const [program, system] = [of(PROGRAMS), of(SYSTEMS)];
  if (program === undefined) return system === undefined ? 'another program' : `a program on ${system}`;
  return system === undefined ? program : `${program} on ${system}`;
}
