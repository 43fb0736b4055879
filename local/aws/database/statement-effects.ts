/** Why a session keeps its connection until it ends. The words are those of the counts that are shown. */
export const PIN_REASONS = [
  'session lock',
  'temporary table',
  'setting',
  'named statement',
  'long text',
  'cursor',
  'notification',
  'sequence',
] as const;
export type PinReason = (typeof PIN_REASONS)[number];

/** The effects of a text on the session that sends it. */
export interface StatementEffects {
  readonly transaction: 'begins' | 'ends' | undefined;
  readonly pins: readonly PinReason[];
  /** Pins only where no transaction was begun: what it sets ends with the transaction. */
  readonly pinsOutsideTransaction: readonly PinReason[];
}

/** Functions that pin, wherever they stand in a statement. Locks of a transaction don't. */
const FUNCTIONS: readonly (readonly [RegExp, PinReason])[] = [
  [/\bpg_(?:try_)?advisory_(?:un)?lock(?:_shared|_all)?\s*\(/, 'session lock'],
  [/\b(?:nextval|setval)\s*\(/, 'sequence'],
];

/** Words that pin at the beginning of a statement. */
const BEGINNINGS: readonly (readonly [RegExp, PinReason])[] = [
  [/^create\s+(?:(?:local|global)\s+)?temp(?:orary)?\s/, 'temporary table'],
  [/^select\b.*\binto\s+temp(?:orary)?\s/, 'temporary table'],
  // A setting of the transaction ends with it.
  [/^set\s+(?!local\b|transaction\b|constraints\b)/, 'setting'],
  [/^(?:reset|discard|load)\b/, 'setting'],
  [/^(?:prepare\s+(?!transaction\b)|execute\b|deallocate\b)/, 'named statement'],
  [/^declare\b/, 'cursor'],
  [/^(?:un)?listen\b/, 'notification'],
];

const BEGINS = /^(?:begin|start\s+transaction)\b/;
const ENDS = /^(?:commit|end|abort|rollback(?!\s+(?:work\s+|transaction\s+)?to\b))\b/;
const SET_CONFIG = /\bset_config\s*\(/g;
const SET_CONFIG_LOCALLY = /\bset_config\s*\((?:[^()]|\([^()]*\))*?,\s*true\s*\)/g;

/** Literals and comments say nothing about a statement, and may hold semicolons. */
const OPAQUE = /'(?:[^']|'')*'|\$(\w*)\$[\s\S]*?\$\1\$|--[^\n]*|\/\*[\s\S]*?\*\//g;

/**
 * Returns the effects of one statement, or of several that semicolons separate. Like the proxy, it goes by the text: what a
 * function of the database does inside stays unseen.
 */
export function effectsOf(text: string): StatementEffects {
  const statements = text
    .replace(OPAQUE, `''`)
    .toLowerCase()
    .split(';')
    .map((statement) => statement.trim());
  const pins = new Set<PinReason>();
  const pinsOutside = new Set<PinReason>();
  let transaction: StatementEffects['transaction'];
  for (const statement of statements) {
    if (BEGINS.test(statement)) transaction = 'begins';
    else if (ENDS.test(statement)) transaction = 'ends';
    for (const [pattern, reason] of BEGINNINGS) if (pattern.test(statement)) pins.add(reason);
    for (const [pattern, reason] of FUNCTIONS) if (pattern.test(statement)) pins.add(reason);
    const all = statement.match(SET_CONFIG)?.length ?? 0;
    const local = statement.match(SET_CONFIG_LOCALLY)?.length ?? 0;
    if (all > local) pins.add('setting');
    else if (local > 0) pinsOutside.add('setting');
  }
  return { transaction, pins: [...pins], pinsOutsideTransaction: [...pinsOutside] };
}
