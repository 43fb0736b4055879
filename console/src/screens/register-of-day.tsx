import FormField from '@cloudscape-design/components/form-field';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { call } from '../api/call.ts';
import type { Row } from '../api/routes.ts';
import type { Me } from '../frame/me.ts';
import { useAddress } from '../parts/address.ts';
import { AddressText } from '../parts/address-fields.tsx';
import { ClassChoice } from '../parts/class-choice.tsx';
import { DayField } from '../parts/day-field.tsx';
import { day, grouped, instant } from '../parts/format.ts';
import { HolderLink } from '../parts/holder.tsx';
import { Pages } from '../parts/pages.tsx';
import { Pairs } from '../parts/pairs.tsx';
import { ProblemAlert } from '../parts/problem-alert.tsx';
import { Screen } from '../parts/screen.tsx';
import { instantIn } from '../parts/zoned.ts';

const ABOVE = { text: 'Register', path: '/shareholders' };

/** The shares of each holder at the end of a day, as they were known then or at any time since. The question stands in the address. */
export default function RegisterOfDay({ me }: { me: Me }) {
  const [search, set] = useAddress();
  const zone = me.tenant?.time_zone;
  const given = (name: string): string | undefined => search.get(name) ?? undefined;
  const known = given('known_at');
  const asked = {
    as_of: given('as_of'),
    known_at: known === undefined ? undefined : instantIn(known, zone),
    security_class: given('security_class'),
  };
  const { data: report, error } = useQuery({
    queryKey: ['holdings', 'sums', asked],
    queryFn: () => call('GET /reports/holdings', { query: { ...asked, limit: '1' } }),
    placeholderData: keepPreviousData,
  });
  // All pages are of one instant, which the sums are of too.
  const query = { ...asked, as_of: report?.as_of, known_at: report?.known_at };
  return (
    <Screen
      title="Register of a day"
      description="The shares of each holder at the end of a day, as they were known then or at any time since: corrections that came later are not in it."
      above={ABOVE}
    >
      <SpaceBetween direction="horizontal" size="m">
        <DayField label="As of the end of" value={asked.as_of ?? ''} onChange={(as_of) => set({ as_of })} />
        <AddressText name="known_at" label="As known at" placeholder="YYYY-MM-DD HH:MM" most={40} />
        <FormField label="Class">
          <ClassChoice
            value={asked.security_class ?? ''}
            all="All classes"
            onChange={(security_class) => set({ security_class })}
          />
        </FormField>
      </SpaceBetween>
      {error !== null && <ProblemAlert problem={error} />}
      {report !== undefined && error === null && (
        <>
          <Pairs
            title={`On ${day(report.as_of)}`}
            answer={report}
            items={[
              ['Holders', grouped(String(report.holders))],
              [
                'Shares',
                <span key="shares" className="digits long">
                  {grouped(report.total_holdings)}
                </span>,
              ],
              ['As known at', instant(report.known_at, zone)],
            ]}
          />
          <Pages
            name="register-of-day"
            title="Holders"
            description="Under the names that they had. Whoever had no shares is left out."
            queryKey={['holdings', query]}
            load={({ cursor, limit }) =>
              call('GET /reports/holdings', { query: { ...query, cursor, limit } })
            }
            rowId={(row: Row<'GET /reports/holdings'>) => row.shareholder_id}
            empty="Nobody had shares then."
            columns={[
              {
                id: 'name',
                header: 'Name',
                isRowHeader: true,
                minWidth: 170,
                cell: (row) => <HolderLink id={row.shareholder_id} name={row.name} />,
              },
              {
                id: 'ref',
                header: 'Reference',
                cell: (row) => <span className="long">{row.external_ref}</span>,
              },
              {
                id: 'holdings',
                header: 'Shares',
                cell: (row) => <span className="digits long">{grouped(row.holdings)}</span>,
              },
            ]}
          />
        </>
      )}
    </Screen>
  );
}
