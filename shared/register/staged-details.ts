/**
 * The SQL by which a row of a file says more of a holder than a name and an email: `staged_rows.details` has the fields that it sets, `s` is the row and
 * `h` the holder. Most files say nothing more, and their statements do without.
 */

const TEXTS = ['kind', 'given_name', 'family_name', 'phone'] as const;
const POSTAL = `nullif(s.details -> 'postal_address', 'null')`;

/** An address that is given in parts, or as one text, is both; parts that are cleared take the text with them. */
const ADDRESS = `case when s.details ? 'address' then s.details ->> 'address'
  when s.details ? 'postal_address' and h.postal_address is not null then null else h.address end`;
const POSTAL_ADDRESS = `case when s.details ? 'postal_address' then ${POSTAL}
  when s.details ? 'address' and h.address is distinct from s.details ->> 'address' then null else h.postal_address end`;

/** The parts of a name that is changed alone are known no more. */
const kept = (column: string) =>
  column === 'given_name' || column === 'family_name'
    ? `case when h.name <> s.name then null else h.${column} end`
    : `h.${column}`;
const set = (column: string) =>
  `case when s.details ? '${column}' then s.details ->> '${column}' else ${kept(column)} end`;

/** Whether the row says something else than the register has. */
const DIFFERS = `(s.details is not null and ((${[...TEXTS.map((column) => `h.${column}`), 'h.address', 'h.postal_address'].join(', ')})
  is distinct from (${[...TEXTS.map(set), ADDRESS, POSTAL_ADDRESS].join(', ')})))`;

/** Whether the row makes the holder another person, whose name is the same. */
const IS_SOMEBODY_ELSE = `(s.details is not null and coalesce(h.given_name, h.family_name) is not null
  and coalesce(s.details ->> 'given_name', s.details ->> 'family_name') is not null
  and (h.given_name, h.family_name) is distinct from (s.details ->> 'given_name', s.details ->> 'family_name'))`;

interface DetailsSql {
  readonly differs: string;
  readonly isSomebodyElse: string;
  /** The further assignments of an update. */
  readonly set: string;
  readonly columns: string;
  readonly values: string;
  /** The further columns of the source of a merge. */
  readonly source: string;
}

const WITHOUT: DetailsSql = {
  differs: 'false',
  isSomebodyElse: 'false',
  set: `, given_name = ${kept('given_name')}, family_name = ${kept('family_name')}`,
  columns: '',
  values: '',
  source: '',
};

const WITH: DetailsSql = {
  differs: DIFFERS,
  isSomebodyElse: IS_SOMEBODY_ELSE,
  set: `, ${TEXTS.map((column) => `${column} = ${set(column)}`).join(', ')}, address = ${ADDRESS}, postal_address = ${POSTAL_ADDRESS}`,
  columns: `, ${TEXTS.join(', ')}, address, postal_address`,
  values: `, ${TEXTS.map((column) => `s.details ->> '${column}'`).join(', ')}, s.details ->> 'address', ${POSTAL}`,
  source: ', details',
};

export function detailsSql(hasDetails: boolean): DetailsSql {
  return hasDetails ? WITH : WITHOUT;
}
