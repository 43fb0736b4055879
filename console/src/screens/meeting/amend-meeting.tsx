import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import { type ReactNode, useState } from 'react';
import { call } from '../../api/call.ts';
import type { Answer } from '../../api/routes.ts';
import { Act } from '../../parts/act.tsx';
import { day, instant } from '../../parts/format.ts';
import { instantIn } from '../../parts/zoned.ts';

interface Props {
  readonly meeting: Answer<'GET /proxy/meetings/{id}'>;
  readonly zone: string | undefined;
  onClose(): void;
}

const UNCHANGED = { quorum: '', record_date: '', opens_at: '', closes_at: '' };

type Item = Props['meeting']['items'][number];

const asSent = ({ threshold, ...item }: Item) => (threshold === null ? item : { ...item, threshold });

/** Changes the terms and the wording of a meeting that has not opened. What is left empty stays as it is. */
export function AmendMeeting({ meeting, zone, onClose }: Props) {
  const { id, version } = meeting;
  const [title, setTitle] = useState(meeting.title);
  const [items, setItems] = useState(meeting.items);
  const [terms, setTerms] = useState(UNCHANGED);
  const { quorum, record_date, opens_at, closes_at } = terms;
  const body = {
    ...(title === meeting.title ? {} : { title }),
    ...(quorum === '' ? {} : { quorum }),
    ...(record_date === '' ? {} : { record_date }),
    ...(opens_at === '' ? {} : { opens_at: instantIn(opens_at, zone) }),
    ...(closes_at === '' ? {} : { closes_at: instantIn(closes_at, zone) }),
    ...(items === meeting.items ? {} : { items: items.map(asSent) }),
  };
  const text = (label: string, value: string, change: (next: string) => void, now?: ReactNode) => (
    <FormField key={label} label={label} {...(now === undefined ? {} : { description: <>Now {now}.</> })}>
      <Input value={value} onChange={({ detail }) => change(detail.value)} />
    </FormField>
  );
  const term = (name: keyof typeof UNCHANGED, label: string, now: string) =>
    text(label, terms[name], (next) => setTerms({ ...terms, [name]: next.trim() }), now);
  return (
    <Act
      verb="Amend the meeting"
      asks={`What is left empty stays as it is. Days are written as YYYY-MM-DD, times as YYYY-MM-DD HH:MM, in ${zone ?? 'UTC'}.`}
      disabled={Object.keys(body).length === 0}
      record={meeting}
      content={JSON.stringify([version, body])}
      send={() => call('PATCH /proxy/meetings/{id}', { params: { id }, version, body })}
      onClose={onClose}
    >
      {text('Title', title, setTitle)}
      {term('quorum', 'Quorum', meeting.quorum)}
      {term('record_date', 'Record date', day(meeting.record_date))}
      {term('opens_at', 'Opens', instant(meeting.opens_at, zone))}
      {term('closes_at', 'Closes', instant(meeting.closes_at, zone))}
      {items.map((item, index) =>
        text(`Item ${item.id}`, item.title, (next) =>
          setItems(items.map((old, at) => (at === index ? { ...old, title: next } : old))),
        ),
      )}
    </Act>
  );
}
