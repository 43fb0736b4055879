import { call } from '../api/call.ts';
import type { Row } from '../api/routes.ts';
import type { Me } from '../frame/me.ts';
import { operates } from '../frame/places.ts';
import { day, grouped, instant } from '../parts/format.ts';
import { Go } from '../parts/go.tsx';
import { Pages } from '../parts/pages.tsx';
import { Screen } from '../parts/screen.tsx';
import { Proposal } from './releases/proposal.tsx';
import { ReleaseState } from './releases/release-state.tsx';

const EVERY_MS = 20_000;

/** Runs that bring vested shares into an issuer’s register, as both sides see them. */
export default function Releases({ me }: { me: Me }) {
  const ofSponsor = me.tenant?.type === 'SPONSOR';
  return (
    <Screen
      title="Share releases"
      description={
        ofSponsor
          ? 'Vested shares become positions in the register of the issuer, net of those withheld for tax.'
          : 'Shares that plan sponsors offer to settle into this register.'
      }
    >
      {ofSponsor && operates(me) && <Proposal />}
      <Pages
        name="releases"
        title="Runs"
        description="The newest first."
        queryKey={['releases']}
        load={(page) => call('GET /releases', { query: { ...page } })}
        rowId={(row: Row<'GET /releases'>) => row.id}
        empty={ofSponsor ? 'Nothing was released yet.' : 'Nothing was offered yet.'}
        everyMs={EVERY_MS}
        columns={[
          {
            id: 'run',
            header: 'Run',
            isRowHeader: true,
            cell: (row) => <Go to={`/releases/${row.id}`}>As of {day(row.as_of)}</Go>,
          },
          {
            id: 'party',
            header: ofSponsor ? 'Issuer' : 'Sponsor',
            cell: (row) => <span className="long">{ofSponsor ? row.issuer : row.sponsor}</span>,
          },
          { id: 'state', header: 'State', cell: (row) => <ReleaseState state={row.state} /> },
          {
            id: 'grants',
            header: 'Grants',
            cell: (row) => <span className="digits">{grouped(String(row.grants))}</span>,
          },
          {
            id: 'vested',
            header: 'Vested',
            cell: (row) => <span className="digits long">{grouped(row.vested)}</span>,
          },
          {
            id: 'withheld',
            header: 'Withheld',
            cell: (row) => <span className="digits long">{grouped(row.withheld)}</span>,
          },
          {
            id: 'net',
            header: 'To holders',
            cell: (row) => <span className="digits long">{grouped(row.net)}</span>,
          },
          { id: 'created', header: 'Entered', cell: (row) => instant(row.created_at, me.tenant?.time_zone) },
        ]}
      />
    </Screen>
  );
}
