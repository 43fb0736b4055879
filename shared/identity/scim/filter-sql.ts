import { type RawBuilder, sql } from 'kysely';
import type { Filter } from 'scim2-parse-filter';
import { invalidField } from '#kernel/domain-error.ts';
import { CORE_GROUP, CORE_USER } from './attributes.ts';
import { parseFilter } from './filter.ts';

type Sql = RawBuilder<unknown>;
type Comparison = Extract<Filter, { compValue: unknown }>;

interface Column {
  readonly value: Sql;
  readonly kind: 'exact' | 'text' | 'boolean' | 'instant';
}

/** The attributes that can be searched by, in lower case. Names and addresses are compared without their case, ids with it. */
type Columns = Readonly<Record<string, Column>>;

const text = (value: Sql): Column => ({ value, kind: 'text' });
const exact = (value: Sql): Column => ({ value, kind: 'exact' });
const said = (...path: readonly string[]): Column => text(sql`d.attributes #>> ${[...path]}::text[]`);

/** The emails that the directory has given, or else the address by which the user signs in. */
const EMAILS = sql`jsonb_array_elements(coalesce(d.attributes -> 'emails',
  jsonb_build_array(jsonb_build_object('value', u.email, 'type', 'work', 'primary', true))))`;

const EMAIL: Columns = {
  value: text(sql`e ->> 'value'`),
  type: text(sql`e ->> 'type'`),
  primary: { value: sql`coalesce((e ->> 'primary')::boolean, false)`, kind: 'boolean' },
};

const USER: Columns = {
  id: exact(sql`u.id::text`),
  username: text(sql`coalesce(d.user_name, u.email)`),
  externalid: exact(sql`d.external_id`),
  active: { value: sql`u.status <> 'DISABLED'`, kind: 'boolean' },
  displayname: said('displayName'),
  title: said('title'),
  'name.familyname': said('name', 'familyName'),
  'name.givenname': said('name', 'givenName'),
  'name.formatted': said('name', 'formatted'),
  'meta.created': { value: sql`u.created_at`, kind: 'instant' },
  'meta.lastmodified': { value: sql`greatest(u.updated_at, d.updated_at)`, kind: 'instant' },
};

const GROUP: Columns = {
  id: exact(sql`g.id::text`),
  displayname: text(sql`g.display_name`),
  externalid: exact(sql`g.external_id`),
  'meta.created': { value: sql`g.created_at`, kind: 'instant' },
  'meta.lastmodified': { value: sql`g.updated_at`, kind: 'instant' },
};

interface Searched {
  readonly columns: Columns;
  /** An attribute with several values, by the condition on one of them. */
  readonly many: Readonly<
    Record<string, { readonly columns: Columns; readonly some: (condition: Sql) => Sql }>
  >;
}

const USERS: Searched = {
  columns: USER,
  many: {
    emails: { columns: EMAIL, some: (condition) => sql`exists (select from ${EMAILS} e where ${condition})` },
  },
};
const GROUPS: Searched = {
  columns: GROUP,
  many: {
    members: {
      columns: { value: exact(sql`m.user_id::text`) },
      some: (condition) =>
        sql`exists (select from directory_members m where m.group_id = g.id and ${condition})`,
    },
  },
};

/**
 * Turns a filter of SCIM into a condition of SQL.
 * @throws DomainError `validation-failed` with `invalidFilter`
 */
export function conditionOf(of: 'users' | 'groups', filter: string | undefined): Sql {
  if (filter === undefined) return sql`true`;
  return translate(parseFilter(filter, '?filter', 'invalidFilter'), of === 'users' ? USERS : GROUPS);
}

function translate(filter: Filter, searched: Searched): Sql {
  switch (filter.op) {
    case 'and':
    case 'or': {
      const parts = filter.filters.map((part) => sql`(${translate(part, searched)})`);
      return sql.join(parts, filter.op === 'and' ? sql` and ` : sql` or `);
    }
    case 'not':
      return sql`not coalesce((${translate(filter.filter, searched)}), false)`;
    case '[]': {
      const many = searched.many[nameOf(filter.attrPath)];
      if (many === undefined) throw unknown(filter.attrPath);
      return many.some(translate(filter.valFilter, { columns: many.columns, many: {} }));
    }
    default: {
      const name = nameOf(filter.attrPath);
      const column = searched.columns[name];
      if (column !== undefined) return conditionOn(column, filter);
      const [outer = '', inner = 'value'] = name.split('.');
      const many = searched.many[outer];
      const part = many?.columns[inner];
      if (many === undefined || part === undefined) throw unknown(filter.attrPath);
      return many.some(conditionOn(part, filter));
    }
  }
}

function nameOf(path: string): string {
  const lower = path.toLowerCase();
  const urn = [CORE_USER, CORE_GROUP].find((core) => lower.startsWith(`${core.toLowerCase()}:`));
  return urn === undefined ? lower : lower.slice(urn.length + 1);
}

function unknown(path: string) {
  const shown = path.slice(0, 60);
  return invalidField('?filter', 'invalidFilter', `${shown} is not an attribute to search by`);
}

function conditionOn({ value, kind }: Column, filter: Comparison | Extract<Filter, { op: 'pr' }>): Sql {
  if (filter.op === 'pr') return sql`${value} is not null`;
  const { op, compValue, attrPath } = filter as Comparison;
  if (compValue === null) {
    if (op === 'eq') return sql`${value} is null`;
    if (op === 'ne') return sql`${value} is not null`;
    throw incomparable(attrPath);
  }
  if (kind === 'boolean') return booleanCondition(value, op, compValue, attrPath);
  if (kind === 'instant') return instantCondition(value, op, compValue, attrPath);
  const wanted = String(compValue);
  return kind === 'exact'
    ? textCondition(value, sql`${wanted}::text`, op)
    : textCondition(sql`lower(${value})`, sql`lower(${wanted}::text)`, op);
}

function incomparable(path: string) {
  return invalidField('?filter', 'invalidFilter', `${path.slice(0, 60)} can't be compared with that`);
}

function booleanCondition(value: Sql, op: Comparison['op'], wanted: unknown, path: string): Sql {
  const word = String(wanted).toLowerCase();
  if ((op !== 'eq' && op !== 'ne') || (word !== 'true' && word !== 'false')) throw incomparable(path);
  return sql`(${value}) = ${(word === 'true') === (op === 'eq')}`;
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;

function instantCondition(value: Sql, op: Comparison['op'], wanted: unknown, path: string): Sql {
  const operator = ORDERS[op];
  if (
    operator === undefined ||
    typeof wanted !== 'string' ||
    !INSTANT.test(wanted) ||
    Number.isNaN(Date.parse(wanted))
  )
    throw incomparable(path);
  return sql`${value} ${operator} ${new Date(wanted).toISOString()}::timestamptz`;
}

const ORDERS: Partial<Record<Comparison['op'], Sql>> = {
  eq: sql`=`,
  ne: sql`is distinct from`,
  gt: sql`>`,
  ge: sql`>=`,
  lt: sql`<`,
  le: sql`<=`,
};

function textCondition(value: Sql, wanted: Sql, op: Comparison['op']): Sql {
  const operator = ORDERS[op];
  if (operator !== undefined) return sql`${value} ${operator} ${wanted}`;
  if (op === 'co') return sql`strpos(${value}, ${wanted}) > 0`;
  if (op === 'sw') return sql`starts_with(${value}, ${wanted})`;
  return sql`right(${value}, length(${wanted})) = ${wanted}`;
}
