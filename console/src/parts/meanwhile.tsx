import Alert from '@cloudscape-design/components/alert';
import { differences } from './changes.ts';

interface Props {
  /** The record as it was when somebody began to change it. */
  readonly seen: object;
  /** The record as it is now. */
  readonly now: object;
}

const UNSAID = new Set(['version', 'updated_at']);

/** Says what somebody else has changed while a form was open. */
export function Meanwhile({ seen, now }: Props) {
  const changes = differences(seen, now).filter(
    ({ name, before, after }) => before !== after && !UNSAID.has(name) && !name.startsWith('links'),
  );
  if (changes.length === 0) return null;
  return (
    <Alert type="warning" header="What has changed meanwhile">
      <ul>
        {changes.map(({ name, before, after }) => (
          <li key={name} className="long lines">
            {name.replaceAll('_', ' ')}: {before || 'nothing'} → {after || 'nothing'}
          </li>
        ))}
      </ul>
      Send it if it is still right. All that you have entered is here.
    </Alert>
  );
}
