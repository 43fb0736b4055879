import type { DemoDoors } from './doors.ts';

const REGISTER_ROWS = 500;

/** Drops a register of a day into the folder of an issuer, and waits until it is loaded. */
export async function dropRegister(
  doors: DemoDoors,
  slug: string,
  token: string,
  heldSince: string,
): Promise<void> {
  const drop = await doors.dropper(token);
  await drop(`drop/${slug}/shareholders/register.csv`, registerCsv(REGISTER_ROWS, heldSince));
  await doors.drained();
}

const GIVEN_NAMES = [
  'Ada',
  'Grace',
  'Alan',
  'Katherine',
  'Edsger',
  'Barbara',
  'Donald',
  'Frances',
  'Ken',
  'Radia',
];
const FAMILY_NAMES = [
  'Okafor',
  'Lindgren',
  'Moreau',
  'Tanaka',
  "O'Neill",
  'García',
  'Novak',
  'Haddad',
  'Silva',
  'Weber',
];

/** The same on every machine. */
function registerCsv(rows: number, heldSince: string): string {
  const lines = ['external_ref,name,email,holdings,effective_date'];
  for (let index = 1; index <= rows; index += 1) {
    const reference = `ACME-${String(index).padStart(5, '0')}`;
    const given = GIVEN_NAMES[index % GIVEN_NAMES.length];
    const family = FAMILY_NAMES[Math.floor(index / GIVEN_NAMES.length) % FAMILY_NAMES.length];
    const holdings = `${((index * 7919) % 9_000) + 10}${index % 10 === 0 ? '.5' : ''}`;
    lines.push(`${reference},${given} ${family},holder${index}@register.example,${holdings},${heldSince}`);
  }
  return `${lines.join('\n')}\n`;
}
