import Button from '@cloudscape-design/components/button';
import ColumnLayout from '@cloudscape-design/components/column-layout';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Toggle from '@cloudscape-design/components/toggle';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { call } from '../api/call.ts';
import { faultOf } from '../api/problem.ts';
import type { Me } from '../frame/me.ts';
import { useKeyOf } from '../parts/act.tsx';
import { ClassChoice } from '../parts/class-choice.tsx';
import { OneOf } from '../parts/one-of.tsx';
import { ProblemAlert } from '../parts/problem-alert.tsx';
import { Screen } from '../parts/screen.tsx';
import { instantIn } from '../parts/zoned.ts';

const ABOVE = { text: 'Meetings', path: '/meetings' };
const KINDS = [
  { value: 'STANDARD', label: 'For, against or abstain' },
  { value: 'DIRECTOR', label: 'For a director, or withheld' },
] as const;

interface Item {
  readonly title: string;
  readonly kind: (typeof KINDS)[number]['value'];
  readonly threshold: string;
}

const NEW_ITEM: Item = { title: '', kind: 'STANDARD', threshold: '' };
const EMPTY = {
  ...{ title: '', security_class: 'COMMON', record_date: '', opens_at: '', closes_at: '', quorum: '0.5' },
  bylaws_differ: false,
  items: [NEW_ITEM] as readonly Item[],
};
type Call = typeof EMPTY;

function bodyOf({ items, opens_at, closes_at, ...terms }: Call, zone: string | undefined) {
  return {
    ...terms,
    opens_at: instantIn(opens_at, zone),
    closes_at: instantIn(closes_at, zone),
    items: items.map(({ title, kind, threshold }, index) => ({
      ...{ id: String(index + 1), title, kind },
      ...(threshold === '' ? {} : { threshold }),
    })),
  };
}

/** Calls a meeting: times are those of the company’s clock. */
export default function CallMeeting({ me }: { me: Me }) {
  const [meeting, setMeeting] = useState(EMPTY);
  const zone = me.tenant?.time_zone;
  const key = useKeyOf(JSON.stringify(meeting));
  const queries = useQueryClient();
  const [, go] = useLocation();
  const send = useMutation({
    mutationFn: () => call('POST /proxy/meetings', { body: bodyOf(meeting, zone), key }),
    onSuccess: ({ id }) => {
      void queries.invalidateQueries({ queryKey: ['meetings'] });
      go(`/meetings/${id}`);
    },
  });
  const change = (changes: Partial<Call>): void => setMeeting({ ...meeting, ...changes });
  return (
    <Screen title="Call a meeting" above={ABOVE}>
      <Container header={<Header variant="h2">Terms</Header>}>
        <SpaceBetween size="l">
          {send.error !== null && <ProblemAlert problem={send.error} />}
          <Terms meeting={meeting} zone={zone} problem={send.error} onChange={change} />
        </SpaceBetween>
      </Container>
      <Container header={<Header variant="h2">Agenda</Header>}>
        <SpaceBetween size="l">
          {meeting.items.map((item, index) => (
            <AgendaItem
              key={String(index)}
              item={item}
              number={index + 1}
              problem={send.error}
              onChange={(next) =>
                change({ items: meeting.items.map((old, at) => (at === index ? next : old)) })
              }
              {...(meeting.items.length > 1
                ? { onRemove: () => change({ items: meeting.items.filter((_, at) => at !== index) }) }
                : {})}
            />
          ))}
          <Button onClick={() => change({ items: [...meeting.items, NEW_ITEM] })}>Add an item</Button>
        </SpaceBetween>
      </Container>
      <Button variant="primary" loading={send.isPending} onClick={() => send.mutate()}>
        Call it
      </Button>
    </Screen>
  );
}

interface TermsProps {
  readonly meeting: Call;
  readonly zone: string | undefined;
  readonly problem: Error | null;
  onChange(changes: Partial<Call>): void;
}

function Terms({ meeting, zone, problem, onChange }: TermsProps) {
  const field = (
    name: 'title' | 'record_date' | 'opens_at' | 'closes_at' | 'quorum',
    label: string,
    hint: string,
  ) => (
    <FormField label={label} description={hint} errorText={faultOf(problem, name, meeting[name]) ?? ''}>
      <Input value={meeting[name]} onChange={({ detail }) => onChange({ [name]: detail.value })} />
    </FormField>
  );
  return (
    <SpaceBetween size="l">
      <ColumnLayout columns={3}>
        {field('title', 'Title', 'As holders read it.')}
        <FormField
          label="Class"
          description="Its holders vote."
          errorText={faultOf(problem, 'security_class', meeting.security_class) ?? ''}
        >
          <ClassChoice
            value={meeting.security_class}
            onChange={(security_class) => onChange({ security_class })}
          />
        </FormField>
        {field('quorum', 'Quorum', 'The part of the votes, such as 0.5.')}
        {field('record_date', 'Record date', 'YYYY-MM-DD, 10 to 60 days before it opens.')}
        {field('opens_at', 'Opens', `YYYY-MM-DD HH:MM, in ${zone ?? 'UTC'}.`)}
        {field('closes_at', 'Closes', `YYYY-MM-DD HH:MM, in ${zone ?? 'UTC'}.`)}
      </ColumnLayout>
      <Toggle
        checked={meeting.bylaws_differ}
        onChange={({ detail }) => onChange({ bylaws_differ: detail.checked })}
      >
        The bylaws allow another record date
      </Toggle>
    </SpaceBetween>
  );
}

interface AgendaItemProps {
  readonly item: Item;
  readonly number: number;
  readonly problem: Error | null;
  onChange(item: Item): void;
  onRemove?(): void;
}

function AgendaItem({ item, number, problem, onChange, onRemove }: AgendaItemProps) {
  const at = number - 1;
  return (
    <ColumnLayout columns={3}>
      <FormField label={`Item ${number}`} errorText={faultOf(problem, `items/${at}/title`, item.title) ?? ''}>
        <Input value={item.title} onChange={({ detail }) => onChange({ ...item, title: detail.value })} />
      </FormField>
      <FormField label="Voted">
        <OneOf
          ariaLabel={`How item ${number} is voted`}
          options={KINDS}
          value={item.kind}
          onChange={(chosen) => onChange({ ...item, kind: chosen })}
        />
      </FormField>
      <FormField
        label="Threshold"
        errorText={faultOf(problem, `items/${at}/threshold`, item.threshold) ?? ''}
        secondaryControl={
          onRemove === undefined ? undefined : (
            <Button onClick={onRemove} ariaLabel={`Remove item ${number}`}>
              Remove
            </Button>
          )
        }
      >
        <Input
          value={item.threshold}
          placeholder="More for than against"
          ariaLabel={`Threshold of item ${number}`}
          onChange={({ detail }) => onChange({ ...item, threshold: detail.value.trim() })}
        />
      </FormField>
    </ColumnLayout>
  );
}
