import type { Day } from '#kernel/calendar.ts';
import type { RunStatement } from '#platform/db/run-statement.ts';
import type { CERTIFICATIONS } from './tax-certification.ts';
import type { TaxIdType } from './tax-id.ts';

/** The SQL of files of tax forms. Beside what files of payees share and the cells, `staged_rows` keeps what was judged of a row. */

export const CERTIFICATION_STAGING = `staged_seal text, is_other boolean not null default false, version_before integer, expires_on date,
  number_sealed text, number_last4 text, backup boolean`;

const GOOD = 'error_code is null';

const MATCH = `update staged_rows s set shareholder_id = m.id, version_before = m.version,
    error_column = case when m.fault is not null then 'payee' end, error_code = m.fault[1], error_message = m.fault[2]
  from (
    select r.n, h.id, coalesce(c.version, 0) as version, case
        when h.id is null then array['unknown-payee', 'There is no shareholder with this reference.']
        when h.status = 'CLOSED' then array['holder-closed', 'The shareholder is closed.']
      end as fault
    from staged_rows r left join shareholders h on h.tenant_id = current_tenant() and h.external_ref = r.payee
      left join tax_certifications c on c.tenant_id = h.tenant_id and c.shareholder_id = h.id
    where r.${GOOD}) m
  where m.n = s.n`;

/** Finds the holder of each good row; answers how many have none that can be certified. */
export async function matchStaged(run: RunStatement): Promise<number> {
  const good = async () =>
    (await run<{ n: number }>(`select count(*)::integer as n from staged_rows where ${GOOD}`)).rows[0]?.n ??
    0;
  const before = await good();
  await run(MATCH);
  return before - (await good());
}

/** A row of the file beside what is on record of its holder. */
export interface StagedForm {
  readonly n: number;
  readonly payee: string;
  readonly shareholder_id: string;
  readonly kind: 'PERSON' | 'ORGANISATION' | null;
  readonly tax_id_type: TaxIdType | null;
  readonly staged_seal: string | null;
  readonly certification: (typeof CERTIFICATIONS)[number];
  readonly signed_on: string | null;
  readonly treaty_country: string | null;
  readonly treaty_rate: string | null;
  readonly exempt_payee: string | null;
  readonly backup_withholding: string | null;
  readonly version_before: number;
  readonly updated_at: Date | null;
  readonly sealed_before: string | null;
  readonly type_before: TaxIdType | null;
  readonly certification_before: string | null;
  readonly signed_before: string | null;
  readonly country_before: string | null;
  readonly treaty_rate_before: string | null;
  readonly exempt_before: boolean;
  readonly backup_before: boolean;
  readonly today: Day;
}

const AT_ONCE = 5_000;

async function* inParts<Row extends { readonly n: number }>(
  run: RunStatement,
  selection: string,
): AsyncGenerator<readonly Row[], void> {
  for (let after = 0; ; ) {
    const { rows } = await run<Row>(`${selection} and s.n > $1 order by s.n limit ${AT_ONCE}`, [after]);
    if (rows.length > 0) yield rows;
    if (rows.length < AT_ONCE) return;
    after = rows.at(-1)?.n ?? after;
  }
}

/** Reads the good rows, some at once. */
export function stagedForms(run: RunStatement): AsyncGenerator<readonly StagedForm[], void> {
  return inParts(
    run,
    `select s.n, s.payee, s.shareholder_id, h.kind, s.tax_id_type, s.staged_seal, s.certification, s.signed_on, s.treaty_country, s.treaty_rate,
       s.exempt_payee, s.backup_withholding, s.version_before, c.updated_at, c.tax_id_sealed as sealed_before, c.tax_id_type as type_before,
       c.certification as certification_before, c.signed_on::text as signed_before, c.treaty_country as country_before,
       c.treaty_rate::text as treaty_rate_before, coalesce(c.exempt_payee, false) as exempt_before,
       coalesce(c.backup_withholding, false) as backup_before, today()::text as today
     from staged_rows s join shareholders h on h.tenant_id = current_tenant() and h.id = s.shareholder_id
       left join tax_certifications c on c.tenant_id = h.tenant_id and c.shareholder_id = h.id
     where s.${GOOD}`,
  );
}

export interface JudgedForm {
  readonly n: number;
  readonly unchanged: boolean;
  readonly is_other: boolean;
  readonly expires_on: string | null;
  readonly number_sealed: string | null;
  readonly number_last4: string | null;
  readonly backup: boolean;
  readonly error_column: string | null;
  readonly error_code: string | null;
  readonly error_message: string | null;
}

const JUDGED = `update staged_rows s set unchanged = j.unchanged, is_other = j.is_other, expires_on = j.expires_on, number_sealed = j.number_sealed,
    number_last4 = j.number_last4, backup = j.backup, error_column = j.error_column, error_code = j.error_code, error_message = j.error_message
  from jsonb_to_recordset($1::jsonb) as j (n integer, unchanged boolean, is_other boolean, expires_on date, number_sealed text, number_last4 text,
    backup boolean, error_column text, error_code text, error_message text)
  where j.n = s.n`;

export async function setJudged(run: RunStatement, judged: readonly JudgedForm[]): Promise<void> {
  await run(JUDGED, [JSON.stringify(judged)]);
}

interface StagedChange {
  readonly n: number;
  readonly line: number;
  readonly payee: string;
  readonly tax_id_type: string | null;
  readonly tax_id_last4: string | null;
  readonly certification: string;
  readonly signed_on: string | null;
  readonly treaty_country: string | null;
  readonly treaty_rate: string | null;
  readonly exempt_payee: string;
  readonly backup_withholding: string;
  readonly certification_before: string | null;
  readonly last4_before: string | null;
  readonly treaty_rate_before: string | null;
}

/** Reads the forms that the file changes, some at once. */
export function stagedCertifications(run: RunStatement): AsyncGenerator<readonly StagedChange[], void> {
  return inParts(
    run,
    `select s.n, s.line, s.payee, case when s.is_other then s.tax_id_type else c.tax_id_type end as tax_id_type,
       case when s.is_other then s.number_last4 else c.tax_id_last4 end as tax_id_last4, s.certification, s.signed_on, s.treaty_country, s.treaty_rate,
       coalesce(s.exempt_payee, 'false') as exempt_payee, s.backup::text as backup_withholding, c.certification as certification_before,
       c.tax_id_last4 as last4_before, trim_scale(c.treaty_rate)::text as treaty_rate_before
     from staged_rows s left join tax_certifications c on c.tenant_id = current_tenant() and c.shareholder_id = s.shareholder_id
     where s.${GOOD} and not s.unchanged`,
  );
}

const TO_BE_SET = `s.${GOOD} and not s.unchanged`;

const LOCK = `select count(*)::integer as moved from (
    select h.id, h.status from shareholders h where h.tenant_id = current_tenant() and h.id in (select s.shareholder_id from staged_rows s where ${TO_BE_SET})
    order by h.id for update) h
  join staged_rows s on s.shareholder_id = h.id and ${TO_BE_SET}
  left join tax_certifications c on c.tenant_id = current_tenant() and c.shareholder_id = h.id
  where h.status = 'CLOSED' or coalesce(c.version, 0) <> s.version_before`;

const IDENTIFY = `update shareholders h set identified_by = $1::uuid, version = h.version + 1, updated_at = now(),
    kyc_status = case when h.kyc_status = 'VERIFIED' and c.tax_id_type is not null then 'PENDING' else h.kyc_status end
  from staged_rows s left join tax_certifications c on c.tenant_id = current_tenant() and c.shareholder_id = s.shareholder_id
  where ${TO_BE_SET} and s.is_other and h.tenant_id = current_tenant() and h.id = s.shareholder_id`;

const SET = `insert into tax_certifications as t (shareholder_id, tax_id_type, tax_id_sealed, tax_id_last4, certification, signed_on, expires_on,
    treaty_country, treaty_rate, exempt_payee, backup_withholding)
  select s.shareholder_id, case when s.is_other then s.tax_id_type else c.tax_id_type end,
    case when s.is_other then s.number_sealed else c.tax_id_sealed end, case when s.is_other then s.number_last4 else c.tax_id_last4 end,
    s.certification, s.signed_on::date, s.expires_on, s.treaty_country, s.treaty_rate::numeric, coalesce(s.exempt_payee = 'true', false), s.backup
  from staged_rows s left join tax_certifications c on c.tenant_id = current_tenant() and c.shareholder_id = s.shareholder_id
  where ${TO_BE_SET}
  on conflict (tenant_id, shareholder_id) do update set tax_id_type = excluded.tax_id_type, tax_id_sealed = excluded.tax_id_sealed,
    tax_id_last4 = excluded.tax_id_last4, certification = excluded.certification, signed_on = excluded.signed_on, expires_on = excluded.expires_on,
    treaty_country = excluded.treaty_country, treaty_rate = excluded.treaty_rate, exempt_payee = excluded.exempt_payee,
    backup_withholding = excluded.backup_withholding, version = t.version + 1, updated_at = now()`;

/** Sets the forms of the good rows, of holders whom nobody else changes meanwhile; false where one has changed since it was judged. */
export async function setStagedCertifications(run: RunStatement, enteredBy: string): Promise<boolean> {
  const { rows } = await run<{ moved: number }>(LOCK);
  if (rows[0]?.moved !== 0) return false;
  await run(IDENTIFY, [enteredBy]);
  await run(SET);
  return true;
}
