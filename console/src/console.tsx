import { I18nProvider } from '@cloudscape-design/components/i18n';
import messages from '@cloudscape-design/components/i18n/messages/all.en';
import Modal from '@cloudscape-design/components/modal';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { Router } from 'wouter';
import { isProblem } from './api/call.ts';
import { isUnreachable } from './api/problem.ts';
import { Connection } from './frame/connection.tsx';
import { Frame } from './frame/frame.tsx';
import { goOn, useSession } from './session/session.ts';
import { SignIn } from './session/sign-in.tsx';

const READ_TRIES = 4;
const FRESH_MS = 5_000;
const SECOND_MS = 1_000;
const LONGEST_PAUSE_MS = 15_000;

/** Reads are asked again until something answers, and a few times where that is an outage, or that too many ask at once. */
const isAskedAgain = (tries: number, error: Error): boolean =>
  isUnreachable(error) ||
  (tries < READ_TRIES && isProblem(error) && (error.status === 429 || error.status >= 500));

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: FRESH_MS,
      // Each answer is an object of its own, of which it is known where it came from.
      structuralSharing: false,
      retry: isAskedAgain,
      retryDelay: (tries, error) =>
        (isProblem(error) && error.retryAfterMs) || Math.min(2 ** tries * SECOND_MS, LONGEST_PAUSE_MS),
    },
    // A write that waited for the connection would be sent after somebody has closed its window.
    mutations: { retry: false, networkMode: 'always' },
  },
});

export function Console() {
  return (
    <I18nProvider locale="en" messages={[messages]}>
      <QueryClientProvider client={queries}>
        <Router base="/console">
          <Entrance />
        </Router>
      </QueryClientProvider>
    </I18nProvider>
  );
}

function Entrance() {
  const session = useSession();
  if (session === 'starting') return null;
  if (session === 'out') return <SignIn />;
  return (
    <>
      <Frame />
      <Connection />
      {(session === 'expired' || session === 'again') && (
        <Modal
          visible
          header={session === 'again' ? 'Sign in again to go on' : 'Your session has ended'}
          size="medium"
          closeAriaLabel={session === 'again' ? 'Cancel' : 'Leave'}
          onDismiss={() => (session === 'again' ? goOn() : location.assign('/console/'))}
        >
          <SignIn again />
        </Modal>
      )}
    </>
  );
}
