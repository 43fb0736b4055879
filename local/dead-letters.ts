import type { TemplateRunner } from 'template-runner';
import { StartError } from 'template-runner/start-error';
import { closest } from '#lib/closest.ts';

type Queues = TemplateRunner['endpoint']['queues'];
type Model = TemplateRunner['model'];

export interface DeadLetter {
  readonly id: string;
  readonly queue: string;
  /** The instant at which it was given up, or sent there. */
  readonly sent: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Redriven {
  readonly from: string;
  readonly moved: number;
}

/** Rows that a tenant has to correct. They come from no queue. */
const REJECTED_ROWS = 'rejected-rows';

/** A queue without a dead-letter queue is one. */
function deadLetterQueues(queues: Queues): string[] {
  return queues.names().filter((name) => queues.spec(name).deadLetter === undefined);
}

/** Finds a dead-letter queue by its name, the end of it, or the queue whose messages it takes: `uploads`. */
function find(queues: Queues, query: string): string {
  const names = deadLetterQueues(queues);
  const matches = (end: string): string | undefined =>
    names.find((name) => name === end || name.endsWith(`-${end}`));
  const found = matches(query) ?? matches(`${query}-dlq`);
  if (found !== undefined) return found;
  const short = names.map((name) => name.replace(/^vestry-[^-]+-/, '').replace(/-dlq$/, ''));
  const meant = closest(query, short);
  throw new StartError(
    `no dead-letter queue is called ${query}: ${meant === undefined ? `there are ${short.join(', ')}` : `did you mean ${meant}?`}`,
  );
}

/** Lists what failed for good, without taking it from its queue: it can be redriven at once. */
export function listDeadLetters(queues: Queues, query?: string): DeadLetter[] {
  const names = query === undefined ? deadLetterQueues(queues) : [find(queues, query)];
  return names.flatMap((queue) =>
    queues.peek(queue).map(({ id, sentAt, attributes, body }) => ({
      ...{ id, queue, body },
      sent: new Date(sentAt).toISOString(),
      attributes: Object.fromEntries(
        Object.entries(attributes ?? {}).map(([name, { StringValue }]) => [name, StringValue ?? '']),
      ),
    })),
  );
}

/** Sends every message of a dead-letter queue to where it came from, those too that somebody is looking at. */
export function redrive(queues: Queues, model: Model, query: string): Redriven {
  const from = find(queues, query);
  if (from.endsWith(REJECTED_ROWS))
    throw new StartError(
      'rejected rows are corrected by their tenant, who uploads them again: nothing is redriven',
    );
  const [source, ...others] = queues.sourcesOf(from);
  // Firings of all schedules are given up in one place, and each names its rule.
  const destinationOf = (body: string): string | undefined =>
    others.length === 0 ? source : queueOfFiring(queues, model, body);
  let moved = 0;
  for (const { id, body } of queues.peek(from)) {
    const destination = destinationOf(body);
    if (destination === undefined)
      throw new StartError(`${moved} moved; message ${id} doesn't say where it came from`);
    queues.move(from, id, destination);
    moved += 1;
  }
  return { from, moved };
}

function queueOfFiring(queues: Queues, model: Model, body: string): string | undefined {
  const { resources } = JSON.parse(body) as { readonly resources?: readonly string[] };
  const rule = model.rules.find(({ arn }) => resources?.includes(arn));
  const [target] = rule?.targets ?? [];
  return target === undefined ? undefined : queues.nameOfArn(target.arn);
}
