import TextFilter from '@cloudscape-design/components/text-filter';
import { useEffect, useState } from 'react';

const TYPING_MS = 300;
const LONGEST_SEARCH = 200;

interface Props {
  readonly value: string;
  readonly label: string;
  readonly placeholder: string;
  onChange(text: string): void;
}

/** A field that asks the API when typing has paused. */
export function Search({ value, label, placeholder, onChange }: Props) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    const wanted = text.trim().slice(0, LONGEST_SEARCH);
    if (wanted === value) return;
    const timer = setTimeout(() => onChange(wanted), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text, value, onChange]);
  return (
    <div className="search">
      <TextFilter
        filteringText={text}
        filteringPlaceholder={placeholder}
        filteringAriaLabel={label}
        onChange={({ detail }) => setText(detail.filteringText)}
      />
    </div>
  );
}
