import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import Select from '@cloudscape-design/components/select';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { call } from '../api/call.ts';
import { useAddress } from './address.ts';
import { words } from './format.ts';

const TYPING_MS = 400;
const MOST_USERS = '200';

/** Days of the trail and of requests are those of UTC, as the archive has them. What is no day is left to the API to refuse. */
export function startOf(text: string | undefined): string | undefined {
  return text !== undefined && /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text;
}

/** A person, found among the users of the company. */
export function Who() {
  const [search, set] = useAddress();
  const { data } = useQuery({
    queryKey: ['users', 'choices'],
    queryFn: () => call('GET /users', { query: { limit: MOST_USERS } }),
  });
  const chosen = search.get('actor_id') ?? '';
  const users = (data?.data ?? []).map(({ id, email, role }) => ({
    value: id,
    label: email,
    description: words(role),
  }));
  const options = [{ value: '', label: 'Anybody' }, ...users];
  const unknown = { value: chosen, label: `User ${chosen.slice(-6)}` };
  return (
    <FormField label="Person">
      <Select
        options={options}
        filteringType="auto"
        selectedOption={options.find(({ value }) => value === chosen) ?? unknown}
        onChange={({ detail }) => set({ actor_id: detail.selectedOption.value ?? '' })}
      />
    </FormField>
  );
}

interface TextProps {
  /** The parameter of the address. */
  readonly name: string;
  readonly label: string;
  readonly placeholder: string;
  /** Characters. @default 200 */
  readonly most?: number;
}

/** A text of the address, taken over when typing has paused. */
export function AddressText({ name, label, placeholder, most = 200 }: TextProps) {
  const [search, set] = useAddress();
  const kept = search.get(name) ?? '';
  const [text, setText] = useState(kept);
  useEffect(() => setText(kept), [kept]);
  useEffect(() => {
    const wanted = text.trim().slice(0, most);
    if (wanted === kept) return;
    const timer = setTimeout(() => set({ [name]: wanted }), TYPING_MS);
    return () => clearTimeout(timer);
  });
  return (
    <FormField label={label}>
      <Input value={text} placeholder={placeholder} onChange={({ detail }) => setText(detail.value)} />
    </FormField>
  );
}
