import { inSpan, isRecording } from './trace.ts';

/** Statements that lock, open, scope or end a transaction don't describe its work. */
const FRAME = /^\s*(begin|commit|rollback|select (set_config|pg_advisory_\w+))\b/i;
const TARGET = /\b(?:from|into|update|call|join)\s+"?([a-z_][a-z0-9_]*)/i;

/** A round trip to the database as a span: of its statements the kind and the table, never the text or the values. */
export function databaseSpan<T>(
  statements: readonly { readonly text: string }[],
  send: () => Promise<T>,
): Promise<T> {
  if (!isRecording()) return send();
  const texts = statements.map(({ text }) => text);
  // The statements that open a transaction go ahead of its first query, in the same round trip.
  const summary = summaryOf(texts.findLast((text) => !FRAME.test(text)) ?? texts.at(-1) ?? '');
  const attributes = {
    'db.system.name': 'postgresql',
    'db.query.summary': summary,
    'db.operation.batch.size': texts.length > 1 ? texts.length : undefined,
  };
  return inSpan({ name: summary, kind: 'client', attributes }, send);
}

function summaryOf(text: string): string {
  const operation = /^[\s(]*([a-z]+)/i.exec(text)?.[1]?.toUpperCase() ?? 'QUERY';
  const target = TARGET.exec(text)?.[1];
  return target === undefined ? operation : `${operation} ${target}`;
}
