/** The `detail-type` of every event that Vestry puts on its bus. */
export const EVENT_TYPES = ['shares.transferred', 'upload.completed', 'upload.failed'] as const;

export type EventType = (typeof EVENT_TYPES)[number];

/** The `source` of every event. */
export const EVENT_SOURCE = 'vestry';
