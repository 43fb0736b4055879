import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import ProgressBar from '@cloudscape-design/components/progress-bar';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import type { TableProps } from '@cloudscape-design/components/table';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../api/call.ts';
import type { Answer, Row } from '../api/routes.ts';
import type { Me } from '../frame/me.ts';
import { operates } from '../frame/places.ts';
import { Act } from '../parts/act.tsx';
import { counted, day, grouped, instant, words } from '../parts/format.ts';
import { HolderLink, holderOf } from '../parts/holder.tsx';
import { choicesOf, MeetingState } from '../parts/meeting.tsx';
import { OneOf } from '../parts/one-of.tsx';
import { Opening } from '../parts/opening.tsx';
import { Pages } from '../parts/pages.tsx';
import { Pairs } from '../parts/pairs.tsx';
import { seesUsers } from '../parts/person.tsx';
import { ProblemAlert } from '../parts/problem-alert.tsx';
import { Rows } from '../parts/rows.tsx';
import { Screen } from '../parts/screen.tsx';
import { History } from '../parts/trail.tsx';
import { AmendMeeting } from './meeting/amend-meeting.tsx';

type Meeting = Answer<'GET /proxy/meetings/{id}'>;
type Tally = Answer<'GET /proxy/meetings/{id}/report'>;
type Item = Tally['items'][number];
type Vote = Row<'GET /proxy/meetings/{id}/votes'>;
type Choice = keyof Item['counts'];
type Deed = 'amend' | 'cast' | 'cancel' | Vote;

const ABOVE = { text: 'Meetings', path: '/meetings' };
/** A tally is counted anew each time: it is live enough. */
const TALLY_MS = 10_000;
const CHOICES_OF = {
  STANDARD: ['FOR', 'AGAINST', 'ABSTAIN'],
  DIRECTOR: ['FOR', 'WITHHOLD'],
} as const;
const ALL_CHOICES = ['FOR', 'AGAINST', 'ABSTAIN', 'WITHHOLD'] as const;

/** A meeting: its terms, the tally while ballots come in, and the ballots. */
export default function MeetingScreen({ id, me }: { id: string; me: Me }) {
  const query = useQuery({
    queryKey: ['meetings', id],
    queryFn: () => call('GET /proxy/meetings/{id}', { params: { id } }),
    refetchInterval: 60_000,
  });
  const [deed, setDeed] = useState<Deed>();
  const meeting = query.data;
  if (meeting === undefined) return <Opening title="Meeting" above={ABOVE} query={query} />;
  const close = (): void => setDeed(undefined);
  return (
    <Screen
      title={meeting.title}
      above={ABOVE}
      actions={
        operates(me) && (
          <SpaceBetween direction="horizontal" size="xs">
            {meeting.state === 'SCHEDULED' && (
              <Button onClick={() => setDeed('cancel')}>Cancel the meeting</Button>
            )}
            {meeting.state === 'SCHEDULED' && <Button onClick={() => setDeed('amend')}>Amend it</Button>}
            {meeting.state === 'OPEN' && (
              <Button variant="primary" onClick={() => setDeed('cast')}>
                Cast a ballot
              </Button>
            )}
          </SpaceBetween>
        )
      }
    >
      <Terms meeting={meeting} zone={me.tenant?.time_zone} />
      {meeting.state === 'CANCELLED' ? null : seesUsers(me) ? (
        <SpaceBetween size="l">
          <LiveTally meeting={meeting} />
          <Ballots meeting={meeting} me={me} onRevoke={setDeed} />
        </SpaceBetween>
      ) : (
        <Agenda meeting={meeting} />
      )}
      <History me={me} resource={`meetings/${id}`} />
      {deed === 'amend' && <AmendMeeting meeting={meeting} zone={me.tenant?.time_zone} onClose={close} />}
      {deed === 'cast' && <Cast meeting={meeting} onClose={close} />}
      {deed === 'cancel' && (
        <Act
          verb="Cancel the meeting"
          asks="It takes no ballots, and can’t be called again; it stays in the list."
          record={meeting}
          content={`${id} ${meeting.version}`}
          send={({ key }) =>
            call('POST /proxy/meetings/{id}/cancel', { params: { id }, version: meeting.version, key })
          }
          onClose={close}
        />
      )}
      {typeof deed === 'object' && (
        <Act
          verb="Revoke the ballot"
          asks="It is kept as history, and the holder may vote again."
          content={`${deed.id} ${deed.version}`}
          send={() => call('DELETE /proxy/votes/{id}', { params: { id: deed.id }, version: deed.version })}
          onClose={close}
        />
      )}
    </Screen>
  );
}

function Terms({ meeting, zone }: { meeting: Meeting; zone: string | undefined }) {
  return (
    <Pairs
      title="Terms"
      answer={meeting}
      items={[
        ['State', <MeetingState key="state" state={meeting.state} />],
        ['Classes', meeting.security_classes.join(', ')],
        ['Record date', day(meeting.record_date)],
        ['Quorum', percent(Number(meeting.quorum))],
        ['Opens', instant(meeting.opens_at, zone)],
        ['Closes', instant(meeting.closes_at, zone)],
      ]}
    />
  );
}

function Agenda({ meeting }: { meeting: Meeting }) {
  return (
    <Pairs
      title="Agenda"
      columns={1}
      items={meeting.items.map(({ id, title, kind }) => [
        id,
        <span key={id} className="long" dir="auto">
          {title} ({words(kind).toLowerCase()})
        </span>,
      ])}
    />
  );
}

/** A part as percent, for people: exact numbers stand beside it. */
function percent(part: number): string {
  return `${(part * 100).toLocaleString('en', { maximumFractionDigits: 2 })} %`;
}

function LiveTally({ meeting: { id, state } }: { meeting: Meeting }) {
  const { data: tally, error } = useQuery({
    queryKey: ['meetings', id, 'tally'],
    queryFn: () => call('GET /proxy/meetings/{id}/report', { params: { id } }),
    refetchInterval: state === 'OPEN' ? TALLY_MS : false,
  });
  if (error !== null) return <ProblemAlert problem={error} />;
  if (tally === undefined) return null;
  const turnout = Number(tally.turnout);
  return (
    <Pairs
      title={state === 'OPEN' ? 'The tally so far' : 'The tally'}
      answer={tally}
      items={[
        ['Ballots', grouped(String(tally.ballots))],
        ['Votes cast', <Votes key="cast" votes={tally.voted_shares} />],
        ['Votes entitled', <Votes key="entitled" votes={tally.entitled_shares} />],
        [
          'Quorum',
          <StatusIndicator key="quorum" type={tally.quorum_reached ? 'success' : 'pending'}>
            {tally.quorum_reached ? 'Reached' : 'Not reached'}
          </StatusIndicator>,
        ],
      ]}
    >
      <ProgressBar
        label="Turnout"
        description={`The quorum is ${percent(Number(tally.quorum))}.`}
        value={Math.min(100, turnout * 100)}
      />
      <Rows
        name="tally"
        title="Item by item"
        headingTag="h3"
        variant="embedded"
        items={tally.items}
        rowId={({ id }) => String(id)}
        empty="It has no items."
        columns={[
          {
            id: 'title',
            header: 'Item',
            isRowHeader: true,
            minWidth: 200,
            cell: (item) => (
              <span className="long" dir="auto">
                {item.id}. {item.title}
              </span>
            ),
          },
          ...ALL_CHOICES.map(
            (choice): TableProps.ColumnDefinition<Item> => ({
              id: choice,
              header: words(choice),
              minWidth: 130,
              cell: (item) => <Count item={item} choice={choice} />,
            }),
          ),
          {
            id: 'outcome',
            header: 'Outcome',
            minWidth: 140,
            cell: (item) => <Outcome item={item} state={state} />,
          },
        ]}
      />
      <Box variant="small">
        Anybody can compute it again: SHA-256 <span className="code">{tally.tally_sha256}</span>
      </Box>
    </Pairs>
  );
}

function Votes({ votes }: { votes: string }) {
  return <span className="digits long">{grouped(votes)}</span>;
}

function Count({ item, choice }: { item: Item; choice: Choice }) {
  if (!(CHOICES_OF[item.kind] as readonly Choice[]).includes(choice)) return '–';
  const cast = item.counts[choice] ?? { ballots: 0, shares: '0' };
  const all = Object.values(item.counts).reduce((sum, { shares }) => sum + Number(shares), 0);
  return (
    <SpaceBetween size="xxs">
      <Votes votes={cast.shares} />
      <Box variant="small">
        {all === 0 ? '0 %' : percent(Number(cast.shares) / all)}, {counted(cast.ballots, 'ballot', 'ballots')}
      </Box>
    </SpaceBetween>
  );
}

function Outcome({ item: { carried }, state }: { item: Item; state: Meeting['state'] }) {
  if (carried === null) return 'By the seats';
  const text = carried ? 'Carried' : 'Not carried';
  return (
    <StatusIndicator type={carried ? 'success' : 'stopped'}>
      {state === 'OPEN' ? `${text} so far` : text}
    </StatusIndicator>
  );
}

interface BallotsProps {
  readonly meeting: Meeting;
  readonly me: Me;
  onRevoke(vote: Vote): void;
}

function Ballots({ meeting: { id, state }, me, onRevoke }: BallotsProps) {
  const zone = me.tenant?.time_zone;
  return (
    <Pages
      name="ballots"
      title="Ballots"
      description="In the order in which they were cast. Revoked ones are kept as history."
      queryKey={['meetings', id, 'ballots']}
      counted
      load={(page) => call('GET /proxy/meetings/{id}/votes', { params: { id }, query: { ...page } })}
      rowId={(row: Vote) => row.id}
      empty="Nobody has voted yet."
      columns={[
        {
          id: 'holder',
          header: 'Holder',
          isRowHeader: true,
          cell: (row) => <HolderLink id={row.shareholder_id} name={row.holder_name} />,
        },
        { id: 'weight', header: 'Votes', cell: (row) => <Votes votes={row.weight} /> },
        {
          id: 'choices',
          header: 'Choices',
          minWidth: 220,
          cell: (row) => <span className="long lines">{choicesOf(row)}</span>,
        },
        { id: 'cast', header: 'Cast', minWidth: 160, cell: (row) => instant(row.cast_at, zone) },
        {
          id: 'revoked',
          header: 'Revoked',
          minWidth: 130,
          cell: (row) =>
            row.revoked_at !== null ? (
              instant(row.revoked_at, zone)
            ) : operates(me) && state === 'OPEN' ? (
              <Button variant="inline-link" onClick={() => onRevoke(row)}>
                Revoke it
              </Button>
            ) : (
              '–'
            ),
        },
      ]}
    />
  );
}

const NOT_VOTED = { value: '', label: 'Not voted' };

/** The ballot of a holder, who is found by their reference. */
function Cast({ meeting, onClose }: { meeting: Meeting; onClose(): void }) {
  const [reference, setReference] = useState('');
  const [choices, setChoices] = useState<Readonly<Record<string, string>>>({});
  const given = Object.fromEntries(Object.entries(choices).filter(([, choice]) => choice !== ''));
  return (
    <Act
      verb="Cast the ballot"
      asks="It weighs the holder’s shares at the record date, times the votes of each. Treasury shares have none."
      disabled={reference.trim() === '' || Object.keys(given).length === 0}
      content={JSON.stringify([meeting.id, reference, given])}
      send={async ({ key }) => {
        const shareholder_id = await holderOf(reference);
        return call('POST /proxy/votes', {
          key,
          body: { meeting_id: meeting.id, shareholder_id, choices: given },
        });
      }}
      onClose={onClose}
    >
      <FormField label="Holder’s reference">
        <Input value={reference} onChange={({ detail }) => setReference(detail.value)} />
      </FormField>
      {meeting.items.map(({ id, title, kind }) => {
        const options = [
          NOT_VOTED,
          ...CHOICES_OF[kind].map((value) => ({ value: value as string, label: words(value) })),
        ];
        return (
          <FormField key={id} label={<span dir="auto">{`${id}. ${title}`}</span>}>
            <OneOf
              options={options}
              value={choices[id] ?? ''}
              onChange={(chosen) => setChoices({ ...choices, [id]: chosen })}
            />
          </FormField>
        );
      })}
    </Act>
  );
}
