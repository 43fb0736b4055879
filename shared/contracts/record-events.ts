import type { AuditAction } from './audit-actions.ts';
import type { EventType } from './event-types.ts';

/** The events that tell of changed records, by the collection of the record as the trail names it: `dividends/<id>`. */
export const RECORD_EVENTS = {
  'corporate-actions': 'corporate-action.changed',
  dividends: 'dividend.changed',
  meetings: 'meeting.changed',
  plans: 'plan.changed',
  shareholders: 'shareholder.changed',
} as const satisfies Record<string, EventType>;

export type Collection = keyof typeof RECORD_EVENTS;
export type RecordEvent = (typeof RECORD_EVENTS)[Collection];

/** Entries about a record that change nothing of it. */
export const NO_CHANGE: readonly AuditAction[] = [
  'personal-data.read',
  'report.exported',
  'corporate-action.previewed',
];

/** Changes in one event: a fifth of what the bus takes. */
export const CHANGES_PER_EVENT = 200;
