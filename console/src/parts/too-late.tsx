import Alert from '@cloudscape-design/components/alert';
import type { Answer } from '../api/routes.ts';
import { day } from './format.ts';
import { Go } from './go.tsx';

type TooLate = NonNullable<
  Extract<Answer<'POST /shareholders/transfers'>, { readonly transfer_id: string }>['too_late_for']
>;

const SCREENS = { dividend: '/dividends', meeting: '/meetings' } as const;

/** Names what was frozen before a change of positions: it doesn’t count for them. */
export function TooLateFor({ what }: { what: TooLate }) {
  if (what.length === 0) return null;
  return (
    <Alert type="warning" header="It comes too late for what was frozen before">
      <ul>
        {what.map(({ what: kind, id, record_date }) => (
          <li key={id}>
            <Go to={`${SCREENS[kind]}/${id}`}>
              The {kind} of the record date {day(record_date)}
            </Go>
          </li>
        ))}
      </ul>
    </Alert>
  );
}
