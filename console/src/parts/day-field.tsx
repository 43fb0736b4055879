import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import { useEffect, useState } from 'react';

const DAY = /^\d{4}-\d{2}-\d{2}$/;

interface Props {
  readonly label: string;
  /** A day as YYYY-MM-DD, or empty for whatever the API takes without one. */
  readonly value: string;
  onChange(day: string): void;
}

/** A day to look at. It takes effect once it is whole; whether there is such a day, the API says. */
export function DayField({ label, value, onChange }: Props) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  return (
    <FormField label={label}>
      <div className="day">
        <Input
          value={text}
          placeholder="YYYY-MM-DD"
          onChange={({ detail }) => {
            const typed = detail.value.trim();
            setText(typed);
            if (typed === '' || DAY.test(typed)) onChange(typed);
          }}
        />
      </div>
    </FormField>
  );
}
