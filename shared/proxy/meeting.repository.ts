import { type RawBuilder, type Selectable, sql } from 'kysely';
import { jsonArrayFrom } from 'kysely/helpers/postgres';
import type * as z from 'zod';
import type { Meetings } from '#generated/database.ts';
import { canonicalDecimal } from '#kernel/decimal.ts';
import { DEFAULT_SECURITY_CLASS } from '#kernel/fields.ts';
import type { PageRequest } from '#platform/db/cursor.ts';
import { SEEN_AT, type Seen } from '#platform/db/present-instant.ts';
import type { Sorted } from '#platform/db/sorted.ts';
import type { TenantRead, TenantTx } from '#platform/db/tenant-tx.ts';
import type { createMeeting, Meeting } from './meetings.routes.ts';
import { storedThreshold } from './threshold.ts';

const COLUMNS = [
  'cancelled_at',
  'closes_at',
  'created_at',
  'created_by',
  'id',
  'opens_at',
  'positions_known_at',
  'quorum',
  'record_date',
  'security_class',
  'tenant_id',
  'title',
  'version',
] as const satisfies readonly (keyof Meetings)[];

type Agenda = z.output<typeof createMeeting.body>['items'];
type Item = z.infer<typeof Meeting>['items'][number];

export type MeetingRow = Selectable<Meetings> &
  Seen & {
    readonly items: readonly Item[];
    readonly security_classes: readonly string[];
  };

export function toMeeting(row: MeetingRow): z.infer<typeof Meeting> {
  return {
    id: row.id,
    title: row.title,
    security_class: row.security_class,
    security_classes: [...row.security_classes],
    record_date: row.record_date,
    opens_at: row.opens_at.toISOString(),
    closes_at: row.closes_at.toISOString(),
    quorum: canonicalDecimal(row.quorum),
    items: row.items.map(({ id, title, kind, threshold }) => ({ id, title, kind, threshold })),
    state: stateOf(row),
    version: row.version,
    created_at: row.created_at.toISOString(),
    created_by: row.created_by,
  };
}

/** Open from `opens_at` on, closed from `closes_at` on, unless it was cancelled before. */
export function stateOf({
  opens_at,
  closes_at,
  cancelled_at,
  seen_at,
}: Pick<MeetingRow, 'opens_at' | 'closes_at' | 'cancelled_at' | 'seen_at'>): z.infer<
  typeof Meeting
>['state'] {
  if (cancelled_at !== null) return 'CANCELLED';
  if (seen_at < opens_at) return 'SCHEDULED';
  return seen_at < closes_at ? 'OPEN' : 'CLOSED';
}

export async function insertMeeting(
  tx: TenantTx,
  {
    items,
    bylaws_differ: _,
    ...called
  }: Omit<z.output<typeof createMeeting.body>, 'security_class' | 'security_classes'>,
  classes: readonly string[],
): Promise<MeetingRow> {
  const meeting = { ...called, security_class: classes[0] ?? DEFAULT_SECURITY_CLASS };
  const row = await tx
    .insertInto('meetings')
    .values(meeting)
    .returning([...COLUMNS, SEEN_AT])
    .executeTakeFirstOrThrow();
  await tx
    .insertInto('meeting_classes')
    .values(classes.map((security_class) => ({ meeting_id: row.id, security_class })))
    .execute();
  await insertAgenda(tx, row.id, items);
  const shown = items.map(({ threshold = null, ...item }) => ({ ...item, threshold }));
  return { ...row, items: shown, security_classes: classes };
}

async function insertAgenda(tx: TenantTx, meetingId: string, items: Agenda): Promise<void> {
  const agenda = items.map(({ threshold, ...item }, index) => ({
    ...item,
    ...(threshold === undefined ? {} : storedThreshold(threshold)),
    ...{ meeting_id: meetingId, position: index + 1 },
  }));
  await tx.insertInto('meeting_items').values(agenda).execute();
}

/** Holds the meeting until the transaction ends: it can't open, or be changed, between a check and a write. */
export async function lockMeeting(tx: TenantTx, id: string): Promise<MeetingRow | undefined> {
  const held = await tx
    .selectFrom('meetings')
    .select('id')
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  return held === undefined ? undefined : findMeeting(tx, id);
}

export interface MeetingChange {
  readonly title?: string | undefined;
  readonly record_date?: string | undefined;
  readonly opens_at?: string | undefined;
  readonly closes_at?: string | undefined;
  readonly quorum?: string | undefined;
  readonly cancelled_at?: RawBuilder<Date>;
}

/** @throws DomainError `meeting-not-changeable`, by the database */
export async function updateMeeting(
  tx: TenantTx,
  id: string,
  change: MeetingChange,
  items?: Agenda,
): Promise<MeetingRow | undefined> {
  // The agenda comes first: it changes while the meeting hasn't opened, and the change may open it.
  if (items !== undefined) {
    await tx.deleteFrom('meeting_items').where('meeting_id', '=', id).execute();
    await insertAgenda(tx, id, items);
  }
  await tx
    .updateTable('meetings')
    .set((eb) => ({ ...change, version: eb('version', '+', 1) }))
    .where('id', '=', id)
    .execute();
  return findMeeting(tx, id);
}

function meetings(read: TenantRead) {
  return read
    .selectFrom('meetings as m')
    .select(COLUMNS.map((column) => `m.${column}` as const))
    .select(SEEN_AT)
    .select((eb) =>
      jsonArrayFrom(
        eb
          .selectFrom('meeting_items as i')
          .select([
            'i.id',
            'i.title',
            'i.kind',
            sql<string | null>`coalesce(i.threshold_fraction, trim_scale(i.threshold)::text)`.as('threshold'),
          ])
          .whereRef('i.meeting_id', '=', 'm.id')
          .orderBy('i.position'),
      )
        .$castTo<Item[]>()
        .as('items'),
    )
    .select(
      sql<string[]>`array(
        select c.security_class from meeting_classes c where c.meeting_id = m.id order by c.security_class)`.as(
        'security_classes',
      ),
    );
}

export function findMeeting(read: TenantRead, id: string): Promise<MeetingRow | undefined> {
  return meetings(read).where('m.id', '=', id).executeTakeFirst();
}

/** Newest first. */
export function listMeetings(
  read: TenantRead,
  request: PageRequest,
  { position, after, by }: Sorted,
): Promise<(MeetingRow & { readonly position: string | null })[]> {
  return meetings(read)
    .select(position.as('position'))
    .where(after)
    .orderBy(by)
    .limit(request.limit + 1)
    .execute();
}

/**
 * Settles for ever the instant up to which recorded positions count in a meeting. The first ballot does it, which is cast after the record date: a later
 * correction of the register can't give a share a second vote. The votes of each share are those of the same moment.
 */
export async function freezePositions(tx: TenantTx, meetingId: string): Promise<void> {
  await tx
    .updateTable('meetings')
    .set({ positions_known_at: sql<Date>`settled_instant('5s')` })
    .where('id', '=', meetingId)
    .where('positions_known_at', 'is', null)
    .execute();
  await tx
    .updateTable('meeting_classes')
    .set({ votes_per_share: sql<string>`votes_of_class(security_class)` })
    .where('meeting_id', '=', meetingId)
    .where('votes_per_share', 'is', null)
    .execute();
}

/** Returns the votes that a holder may cast in a meeting, or undefined if the register doesn't have the holder. */
export async function findWeight(
  tx: TenantTx,
  meetingId: string,
  shareholderId: string,
): Promise<string | undefined> {
  const { rows } = await sql<{ weight: string | null }>`
    select trim_scale(sum(position_at(${shareholderId}, c.security_class, m.record_date, m.positions_known_at) * c.votes_per_share))::text as weight
    from meetings m join meeting_classes c on c.meeting_id = m.id where m.id = ${meetingId}`.execute(tx);
  return rows[0]?.weight ?? undefined;
}
