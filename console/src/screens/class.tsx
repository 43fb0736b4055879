import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Tabs from '@cloudscape-design/components/tabs';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { call } from '../api/call.ts';
import type { Answer } from '../api/routes.ts';
import type { Me } from '../frame/me.ts';
import { operates } from '../frame/places.ts';
import { Act, Proposed, proposedBy } from '../parts/act.tsx';
import { useAddress } from '../parts/address.ts';
import { grouped, instant, words } from '../parts/format.ts';
import { Opening } from '../parts/opening.tsx';
import { Pairs } from '../parts/pairs.tsx';
import { Screen } from '../parts/screen.tsx';
import { historyTab } from '../parts/trail.tsx';
import { ClassFields, type WrittenClass } from './class/class-fields.tsx';
import { SplitList } from './splits/split-list.tsx';
import { TransferList } from './transfers/transfer-list.tsx';

type SecurityClass = Answer<'GET /security-classes/{code}'>;

const ABOVE = { text: 'Share classes', path: '/classes' };

/** A class of shares: how much of it may be issued and is, and what has become of it. */
export default function ClassOfShares({ code, me }: { code: string; me: Me }) {
  const query = useQuery({
    queryKey: ['security-classes', code],
    queryFn: () => call('GET /security-classes/{code}', { params: { code } }),
  });
  const [search, set] = useAddress();
  const [, go] = useLocation();
  const [isChanging, setChanging] = useState(false);
  const [proposed, setProposed] = useState<string>();
  const { data } = query;
  if (data === undefined) return <Opening title="Class" above={ABOVE} query={query} />;
  const zone = me.tenant?.time_zone;
  const digits = (quantity: string) => <span className="digits long">{grouped(quantity)}</span>;
  return (
    <Screen
      title={data.name}
      description={data.code}
      above={ABOVE}
      actions={
        operates(me) && (
          <SpaceBetween direction="horizontal" size="xs">
            <Button onClick={() => go(`/splits/new?class=${encodeURIComponent(code)}`)}>Split it</Button>
            <Button onClick={() => setChanging(true)}>Change</Button>
          </SpaceBetween>
        )
      }
    >
      {proposed !== undefined && <Proposed id={proposed} />}
      <Pairs
        title="Class"
        answer={data}
        items={[
          ['Kind', words(data.kind)],
          ['Votes a share', digits(data.votes_per_share)],
          ['Authorised', data.authorized === null ? 'No limit' : digits(data.authorized)],
          ['Issued', digits(data.issued)],
          ['Of it treasury', digits(data.treasury_shares)],
          ['Declared', instant(data.created_at, zone)],
          ['Changed', instant(data.updated_at, zone)],
          ['Version', String(data.version)],
        ]}
      />
      <Tabs
        activeTabId={search.get('tab') ?? 'transfers'}
        onChange={({ detail }) => set({ tab: detail.activeTabId })}
        tabs={[
          {
            id: 'transfers',
            label: 'Transfers',
            content: <TransferList name="class-transfers" sought={{ security_class: code }} zone={zone} />,
          },
          {
            id: 'splits',
            label: 'Splits',
            content: <SplitList name="class-splits" securityClass={code} zone={zone} />,
          },
          ...historyTab(me, `security-classes/${code}`),
        ]}
      />
      {isChanging && (
        <Change
          of={data}
          onDone={(answer) => setProposed(proposedBy(answer))}
          onClose={() => setChanging(false)}
        />
      )}
    </Screen>
  );
}

interface ChangeProps {
  readonly of: SecurityClass;
  onDone(answer: Answer<'PATCH /security-classes/{code}'>): void;
  onClose(): void;
}

const writtenOf = ({ name, kind, votes_per_share, authorized }: SecurityClass): WrittenClass => ({
  ...{ name, kind, votes: votes_per_share, authorized: authorized ?? '' },
});

function Change({ of, onDone, onClose }: ChangeProps) {
  const [seen] = useState(() => writtenOf(of));
  const [written, setWritten] = useState(seen);
  const [refused, setRefused] = useState<Error | null>(null);
  const { name, kind, votes, authorized } = written;
  const body = {
    ...(name.trim() === seen.name ? {} : { name: name.trim() }),
    ...(kind === seen.kind ? {} : { kind }),
    ...(votes === seen.votes ? {} : { votes_per_share: votes === '' ? '1' : votes }),
    ...(authorized === seen.authorized ? {} : { authorized: authorized === '' ? null : authorized }),
  };
  const { code, version } = of;
  return (
    <Act
      verb="Change the class"
      asks="Once shares are issued, more authorised shares and other votes wait for a second person. Fewer take effect at once, and can’t be fewer than are issued."
      record={of}
      disabled={Object.keys(body).length === 0}
      content={JSON.stringify([version, body])}
      send={() => call('PATCH /security-classes/{code}', { params: { code }, version, body })}
      onRefused={setRefused}
      onDone={onDone}
      onClose={onClose}
    >
      <ClassFields written={written} refused={refused} onChange={setWritten} />
    </Act>
  );
}
