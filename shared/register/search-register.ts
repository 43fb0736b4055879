import { type RawBuilder, sql } from 'kysely';
import type { z } from 'zod';
import { invalidField } from '#kernel/domain-error.ts';
import type { SortOf } from '#kernel/sorts.ts';
import { decodeCursor, encodeCursor } from '#platform/db/cursor.ts';
import type { TenantRead } from '#platform/db/tenant-tx.ts';
import { SHOWN, type ShareholderRow, toShareholder } from './shareholder.repository.ts';
import type { listShareholders, SHAREHOLDER_SORTS } from './shareholders.routes.ts';

type Query = z.infer<(typeof listShareholders)['query']>;
type Sort = SortOf<typeof SHAREHOLDER_SORTS>;
type Page = { data: ReturnType<typeof toShareholder>[]; next_cursor: string | null };

/** Holders that a page by age or reference looks at: about 0.2 s. A page by name looks at all, in its index; a search for words reads that alone. */
const EXAMINED_PER_PAGE = 200_000;

interface Order {
  readonly sort: Sort;
  /** The column that stands before the id; a list by age has the id alone. */
  readonly by?: RawBuilder<string>;
  readonly reads: readonly string[];
  /** Whether an index has the order, so that a page begins where the one before has ended. */
  readonly bounded: boolean;
  readonly descending: boolean;
}

interface Examined {
  readonly id: string;
  readonly position: string | null;
}

const ORDERS: Readonly<Record<string, Omit<Order, 'sort' | 'descending'>>> = {
  created_at: { reads: [], bounded: true },
  external_ref: { by: sql.ref('external_ref'), reads: ['external_ref'], bounded: true },
  name: { by: sql.ref('name_key'), reads: ['name_key'], bounded: false },
};

function orderOf({ sort, q, email }: Query): Order {
  const named = sort ?? (q === undefined && email === undefined ? 'created_at' : 'name');
  const order = ORDERS[named.replace('-', '')];
  if (order === undefined) throw new Error(`no order by ${named}`);
  return { ...order, sort: named, descending: named.startsWith('-') };
}

/** A page of the holders that a query asks for. Its search is bounded: a page may have few of them, or none, and yet name a next one. */
export async function searchRegister(read: TenantRead, query: Query): Promise<Page> {
  const order = orderOf(query);
  const { limit } = query;
  const examined = examinedBy(order, query);
  // Read in the order of names, every holder would be fetched from another place for the address.
  const unordered = filtersOf(query).some(({ reads }) => reads.includes('email')) ? sql`offset 0` : sql``;
  const bounded = order.bounded ? sql`${inOrder(order)} limit ${EXAMINED_PER_PAGE}` : unordered;
  // An array is found once, whatever the statistics say of a register that was loaded a moment ago.
  const found = sql<string>`(select id from (${examined} ${bounded}) e
    where ${matching(query)} ${inOrder(order)} limit ${limit + 1})`;
  const rows = await read
    .selectFrom('shareholders')
    .select([...SHOWN, positionOf(order).as('position')])
    .where(sql<boolean>`id = any (array${found})`)
    .orderBy(positionOf(order), order.descending ? 'desc' : 'asc')
    .orderBy('id', order.descending ? 'desc' : 'asc')
    .$castTo<ShareholderRow & { readonly position: string | null }>()
    .execute();
  const last = rows.length > limit ? rows[limit - 1] : await lastExamined(read, { order, query, examined });
  return {
    data: rows.slice(0, limit).map(toShareholder),
    next_cursor: last === undefined ? null : cursorAt(order, last),
  };
}

/** Returns the holder at whom the search of a page without a full number of matches has ended; undefined where it came to the end. */
async function lastExamined(
  read: TenantRead,
  { order, query, examined }: { order: Order; query: Query; examined: RawBuilder<unknown> },
): Promise<Examined | undefined> {
  if (!order.bounded || filtersOf(query).length === 0) return undefined;
  const { rows } = await sql<Examined>`select id, ${positionOf(order)} as position from (${examined}) e
    ${inOrder(order)} offset ${EXAMINED_PER_PAGE - 1} limit 1`.execute(read);
  return rows[0];
}

/** Reads no more of each holder than the filters and the order need, so that an index may be enough. */
function examinedBy(order: Order, query: Query): RawBuilder<unknown> {
  const conditions = [sql`true`];
  if (query.external_ref !== undefined) conditions.push(sql`external_ref = ${query.external_ref}`);
  const after = positionIn(order, query.cursor);
  if (after !== undefined) conditions.push(after);
  const columns = new Set(['id', ...order.reads, ...filtersOf(query).flatMap(({ reads }) => reads)]);
  return sql`select ${sql.join([...columns].map((column) => sql.ref(column)))} from shareholders
    where ${sql.join(conditions, sql` and `)}`;
}

function inOrder({ by, descending }: Order): RawBuilder<unknown> {
  const direction = descending ? sql`desc` : sql`asc`;
  return by === undefined ? sql`order by id ${direction}` : sql`order by ${by} ${direction}, id ${direction}`;
}

function positionOf({ by }: Order): RawBuilder<string | null> {
  return by ?? sql<null>`null::text`;
}

/** @throws DomainError `validation-failed` for a cursor of a list in another order */
function positionIn(
  { sort, by, descending }: Order,
  cursor: string | undefined,
): RawBuilder<unknown> | undefined {
  if (cursor === undefined) return undefined;
  const beyond = descending ? sql`<` : sql`>`;
  const [of, id, position] = decodeCursor(cursor, ['text', 'uuid', 'text']);
  if (of !== sort)
    throw invalidField('?cursor', 'other-list', 'is of a list in another order; repeat `sort`');
  if (by === undefined) return sql`id ${beyond} ${id}::uuid`;
  return sql`(${by}, id) ${beyond} (${position}::text collate "C", ${id}::uuid)`;
}

function cursorAt({ sort, by }: Order, { id, position }: Examined): string {
  return encodeCursor([sort, id, by === undefined ? '' : (position ?? '')]);
}

interface Filter {
  /** The columns that it looks at. */
  readonly reads: readonly string[];
  readonly condition: RawBuilder<unknown>;
}

function matching(query: Query): RawBuilder<unknown> {
  const conditions = filtersOf(query).map(({ condition }) => condition);
  return sql.join([sql`true`, ...conditions], sql` and `);
}

const PAYABLE = sql`exists (select from payable_accounts p where p.shareholder_id = e.id)`;

const CERTIFIED = sql`exists (select from tax_certifications t
  where t.shareholder_id = e.id and t.certification <> 'NONE' and coalesce(t.expires_on >= today(), true))`;

/** The cheap ones come first: what Postgres holds for equally dear it checks in this order. */
function filtersOf(query: Query): Filter[] {
  const {
    q,
    name,
    email,
    status,
    kyc_status,
    treasury,
    payable_account,
    blocked,
    security_class,
    tax_certified,
  } = query;
  const filters: Filter[] = [];
  const add = (reads: readonly string[], condition: RawBuilder<unknown>): void => {
    filters.push({ reads, condition });
  };
  if (status !== undefined) add(['status'], sql`e.status = ${status}`);
  if (kyc_status !== undefined) add(['kyc_status'], sql`e.kyc_status = ${kyc_status}`);
  if (q?.includes('@')) add(['email'], sql`strpos(lower(email), lower(${q}::text)) > 0`);
  else if (q !== undefined) {
    const words = [...new Set(q.split(/\s+/))].map(
      (word) => sql`strpos(name_key, folded(${word}::text)) > 0`,
    );
    // Asked once, by its own index.
    const referred = sql`array(select r.id from shareholders r where r.external_ref = any (${spellingsOf(q)}))`;
    add(['name_key'], sql`(${sql.join(words, sql` and `)} or id = any (${referred}))`);
  }
  if (email !== undefined) add(['email'], sql`lower(email) = lower(${email}::text)`);
  if (name !== undefined) add(['name'], sql`lower(e.name) like ${containing(name.toLowerCase())}`);
  if (treasury !== undefined)
    add(
      [],
      sql`(e.id in (select t.shareholder_id from treasury_entries t) and is_treasury(e.id)) = ${treasury}`,
    );
  if (payable_account !== undefined) add([], sql`${PAYABLE} = ${payable_account}`);
  if (blocked !== undefined)
    add(['kyc_status'], sql`(e.kyc_status <> 'VERIFIED' or not ${PAYABLE}) = ${blocked}`);
  if (tax_certified !== undefined) add([], sql`${CERTIFIED} = ${tax_certified}`);
  if (security_class !== undefined)
    add(
      [],
      sql`(select coalesce(sum(p.delta), 0) from position_entries p
      where p.shareholder_id = e.id and p.security_class = ${security_class}) > 0`,
    );
  return filters;
}

/** A single word with a digit is what references look like, and names don't: only there the search reads all of them. */
const LIKE_A_REFERENCE = /^(?=.*\d)\S+$/;

/** Returns the references that a person may mean by one, in whatever case the register has it. */
function spellingsOf(ref: string): RawBuilder<unknown> {
  const written = ref.normalize('NFC');
  if (LIKE_A_REFERENCE.test(written))
    return sql`array(select s.external_ref from shareholders s where lower(s.external_ref collate "pg_c_utf8") = lower(${written}::text collate "pg_c_utf8"))`;
  return sql`${[written, written.toUpperCase(), written.toLowerCase()]}::text[]`;
}

function containing(part: string): string {
  return `%${part.replace(/[\\%_]/g, (special) => `\\${special}`)}%`;
}
