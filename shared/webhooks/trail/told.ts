import type { EventType } from '#contracts/event-types.ts';
import { RECORD_EVENTS } from '#contracts/record-events.ts';

/** A part of the trail: by which events tenants are told of it, and the column that has how far. */
export interface Told {
  readonly events: readonly EventType[];
  readonly reportedTo: 'reported_to' | 'changes_reported_to';
}

export const SECURITY_EVENTS: Told = { events: ['security.reported'], reportedTo: 'reported_to' };
export const CHANGED_RECORDS: Told = {
  events: Object.values(RECORD_EVENTS),
  reportedTo: 'changes_reported_to',
};
export const TOLD: readonly Told[] = [SECURITY_EVENTS, CHANGED_RECORDS];
