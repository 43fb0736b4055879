import { DEFAULT_DATA_DIR } from './data-directory.ts';

const OPTIONS = `
  --data DIR  the platform's data directory (default: ${DEFAULT_DATA_DIR})
  --json      prints what the platform says as JSON, a line each`;

/** The help text of each command. The first line is its usage. */
export const HELP_OF_COMMANDS: Readonly<Record<string, string>> = {
  status: `usage: npm run local -- status [--data DIR] [--json]

Shows the platform's time, its schedules, queues, uploads and executions, and the functions that ran.
${OPTIONS}`,
  fire: `usage: npm run local -- fire SCHEDULE [--data DIR] [--json]

Runs one schedule's job for this instant, once, and prints what it answers. SCHEDULE is its name or the end of it, such as
sweep-outbox; status lists them.
${OPTIONS}`,
  advance: `usage: npm run local -- advance DATE [--data DIR] [--json]

Moves the platform's time ahead to a date (2027-01-31, which means the end of that day) or an instant
(2027-01-31T12:00:00Z), and fires every schedule that falls due on the way, in order. Ends with what has happened meanwhile, by the
audit trail. Ctrl-C ends it between two firings; the time stays where it is then.
${OPTIONS}`,
  'dead-letters': `usage: npm run local -- dead-letters [QUEUE] [--data DIR] [--json]

Lists the messages that failed for good. QUEUE is the queue that they came from, such as uploads, or schedules. They stay where they are.
${OPTIONS}`,
  redrive: `usage: npm run local -- redrive QUEUE [--data DIR] [--json]

Sends the messages that failed for good back to QUEUE, such as uploads; firings (schedules) each to their job. They have all their tries again.
${OPTIONS}`,
  bank: `usage: npm run local -- bank [silent on|off] [--data DIR] [--json]

Lists the files that tenants have written for their bank, with what the bank has brought in answer, and what it will bring and when: the account numbers of
docs/mock-bank.md decide. With silent on, neither it nor the mock bank says anything more: no callback, no fetch, no acknowledgement, also after a
restart. With silent off, they say what has waited.
${OPTIONS}`,
  token: `usage: npm run local -- token operator|TENANT [ROLE] [--data DIR]

Prints an access token of the operator, or of the demo user of a tenant with a role (default: ADMIN).

  --data DIR  the platform's data directory (default: ${DEFAULT_DATA_DIR})`,
  mail: `usage: npm run local -- mail [ID] [--data DIR]

Lists the newest mails that the platform has sent, or shows the one with an ID. They are .eml files in the data directory, and reach nobody.

  --data DIR  the platform's data directory (default: ${DEFAULT_DATA_DIR})`,
  env: `usage: npm run local -- env [--data DIR]

Prints what an AWS client needs to reach the platform, as shell commands: eval "$(npm run -s local -- env)".

  --data DIR  the platform's data directory (default: ${DEFAULT_DATA_DIR})`,
  backup: `usage: npm run local -- backup FILE [--data DIR]

Writes what a running platform has into one file: its database as of one instant, its buckets and its secrets. It goes on working meanwhile.

  --data DIR  the platform's data directory (default: ${DEFAULT_DATA_DIR})`,
  restore: `usage: npm run local -- restore FILE --data DIR

Makes the platform of a backup in a new data directory; npm start -- --data DIR runs it. Messages and executions that were under way are
not in a backup: the platform's sweeps find what is unfinished.

  --data DIR  a directory that holds no platform yet`,
};

export const HELP = `usage: npm run local -- ${Object.keys(HELP_OF_COMMANDS).join(' | ')} [--data DIR] [--json]

Talks to the platform that runs on this machine.

  status                          what it is doing
  fire SCHEDULE                   runs one schedule's job now, and prints its answer
  advance DATE                    moves its time ahead, and fires what falls due on the way
  dead-letters [QUEUE]            lists the messages that failed for good
  redrive QUEUE                   sends them back to where they came from
  bank [silent on|off]            lists what the bank has done with files, or tells both banks to be silent
  token operator|TENANT [ROLE]    prints an access token
  mail [ID]                       lists the mails that it has sent, or shows one
  env                             prints what an AWS client needs, as shell commands
  backup FILE                     writes what it has into a file
  restore FILE --data DIR         makes the platform of such a file in a new directory
${OPTIONS}

npm run local -- COMMAND --help says more of one.`;
