import type { Day } from '#kernel/calendar.ts';

/** The names of files, for a bank that has asked for no others. */
export const DEFAULT_FILE_NAME = '{date}-{sequence}.ach';

const MAX_LENGTH = 60;
const SHAPE = /^[A-Za-z0-9{][A-Za-z0-9._{}-]*$/;
const PLACEHOLDER = /\{([a-z]*)\}/g;
/** Banks tell a file's day from its name, and we tell the names of different days apart. */
const DAYS: readonly string[] = ['date', 'yyyymmdd', 'yymmdd'];
/** Each tells the files of one day apart. */
const NUMBERS: readonly string[] = ['sequence', 'number'];
const OTHERS: readonly string[] = ['tenant', 'originator'];
/** The names by which a bank answers a file. */
const ANSWERS = /\.(ack|rej)$/i;

/** The parts of a name that distinguish the files of a tenant. */
export interface NamedFile {
  readonly day: Day;
  /** The file id modifier: A to Z and 0 to 9. */
  readonly modifier: string;
  /** Its place among the files of the day, from 1 to 36. */
  readonly number: number;
  readonly tenant: string;
  readonly originator: string;
}

/** Why a pattern of names can't be taken; undefined where it can. A pattern that is taken gives no two files of a tenant one name. */
export function fileNameFault(pattern: string): string | undefined {
  if (pattern.length > MAX_LENGTH) return `must have at most ${MAX_LENGTH} characters`;
  const names = [...pattern.matchAll(PLACEHOLDER)].map(([, name = '']) => name);
  const known = [...DAYS, ...NUMBERS, ...OTHERS];
  if (!SHAPE.test(pattern) || /[{}]/.test(pattern.replace(PLACEHOLDER, '')))
    return 'must begin with a letter, digit or placeholder, and have only letters, digits, ".", "_", "-" and placeholders';
  if (names.some((name) => !known.includes(name)))
    return `must have no other placeholders than ${known.map((name) => `{${name}}`).join(', ')}`;
  if (new Set(names).size !== names.length) return 'must have each placeholder once';
  if (!names.some((name) => DAYS.includes(name)) || !names.some((name) => NUMBERS.includes(name)))
    return 'must have the day ({date}, {yyyymmdd} or {yymmdd}) and {sequence} or {number}, which tell files apart';
  return ANSWERS.test(pattern) ? 'must not end with .ack or .rej, as the answers of the bank do' : undefined;
}

export function fileNameOf(pattern: string, file: NamedFile): string {
  const compact = file.day.replaceAll('-', '');
  const values: Readonly<Record<string, string>> = {
    date: file.day,
    yyyymmdd: compact,
    yymmdd: compact.slice(2),
    sequence: file.modifier,
    number: String(file.number).padStart(2, '0'),
    tenant: file.tenant,
    originator: file.originator,
  };
  return pattern.replace(PLACEHOLDER, (_, name: string) => values[name] ?? '');
}
