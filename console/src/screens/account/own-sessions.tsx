import Button from '@cloudscape-design/components/button';
import { useState } from 'react';
import { call } from '../../api/call.ts';
import { Act } from '../../parts/act.tsx';
import { Sessions } from '../../parts/sessions.tsx';

/** The sessions that somebody has open, here and elsewhere. */
export function OwnSessions({ zone }: { zone: string | undefined }) {
  const [ended, setEnded] = useState<string>();
  return (
    <>
      <Sessions
        queryKey={['me', 'sessions']}
        zone={zone}
        load={(page) => call('GET /me/sessions', { query: { ...page } })}
        onEnd={setEnded}
        actions={<Button onClick={() => setEnded('all')}>End all others</Button>}
      />
      {ended !== undefined && (
        <Act
          verb={ended === 'all' ? 'End all other sessions' : 'End the session'}
          asks="Whoever uses it has to sign in again. If it wasn’t you, change your password too."
          send={async () => {
            if (ended === 'all') await call('DELETE /me/sessions');
            else await call('DELETE /me/sessions/{id}', { params: { id: ended } });
          }}
          onClose={() => setEnded(undefined)}
        />
      )}
    </>
  );
}
