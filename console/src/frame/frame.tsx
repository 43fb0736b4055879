import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import SideNavigation from '@cloudscape-design/components/side-navigation';
import Spinner from '@cloudscape-design/components/spinner';
import TopNavigation from '@cloudscape-design/components/top-navigation';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { Route, Switch, useLocation } from 'wouter';
import { ProblemAlert } from '../parts/problem-alert.tsx';
import { Screen } from '../parts/screen.tsx';
import { signOut } from '../session/session.ts';
import { Boundary } from './boundary.tsx';
import { focusScreen, SCREEN } from './focus.ts';
import { type Me, useMe } from './me.ts';
import { placesOf } from './places.ts';
import { choose, useTheme } from './theme.ts';
import { useNarrow } from './use-narrow.ts';

/** A part of the console that is loaded once there is a connection, rather than not at all. */
const connected =
  <T,>(load: () => Promise<T>) =>
  async (): Promise<T> => {
    if (!navigator.onLine)
      await new Promise((resolve) => addEventListener('online', resolve, { once: true }));
    return load();
  };

const Account = lazy(connected(() => import('../screens/account.tsx')));
const Home = lazy(connected(() => import('../screens/home.tsx')));
const Approvals = lazy(connected(() => import('../screens/approvals.tsx')));
const Approval = lazy(connected(() => import('../screens/approval.tsx')));
const Dividends = lazy(connected(() => import('../screens/dividends.tsx')));
const Declaration = lazy(connected(() => import('../screens/declaration.tsx')));
const Dividend = lazy(connected(() => import('../screens/dividend.tsx')));
const Tax = lazy(connected(() => import('../screens/tax.tsx')));
const Shareholders = lazy(connected(() => import('../screens/shareholders.tsx')));
const Shareholder = lazy(connected(() => import('../screens/shareholder.tsx')));
const Classes = lazy(connected(() => import('../screens/classes.tsx')));
const ClassOfShares = lazy(connected(() => import('../screens/class.tsx')));
const Transfers = lazy(connected(() => import('../screens/transfers.tsx')));
const Transfer = lazy(connected(() => import('../screens/transfer.tsx')));
const Splits = lazy(connected(() => import('../screens/splits.tsx')));
const ProposeSplit = lazy(connected(() => import('../screens/propose-split.tsx')));
const SplitOfShares = lazy(connected(() => import('../screens/split.tsx')));
const Payments = lazy(connected(() => import('../screens/payments.tsx')));
const Payment = lazy(connected(() => import('../screens/payment.tsx')));
const Exceptions = lazy(connected(() => import('../screens/exceptions.tsx')));
const BankFiles = lazy(connected(() => import('../screens/bank-files.tsx')));
const BankFile = lazy(connected(() => import('../screens/bank-file.tsx')));
const Audit = lazy(connected(() => import('../screens/audit.tsx')));
const AccessReport = lazy(connected(() => import('../screens/access.tsx')));
const Requests = lazy(connected(() => import('../screens/requests.tsx')));
const LegalHolds = lazy(connected(() => import('../screens/legal-holds.tsx')));
const Reports = lazy(connected(() => import('../screens/reports.tsx')));
const RegisterOfDay = lazy(connected(() => import('../screens/register-of-day.tsx')));
const Ledger = lazy(connected(() => import('../screens/ledger.tsx')));
const Meetings = lazy(connected(() => import('../screens/meetings.tsx')));
const CallMeeting = lazy(connected(() => import('../screens/call-meeting.tsx')));
const Meeting = lazy(connected(() => import('../screens/meeting.tsx')));
const Webhooks = lazy(connected(() => import('../screens/webhooks.tsx')));
const Webhook = lazy(connected(() => import('../screens/webhook.tsx')));
const Users = lazy(connected(() => import('../screens/users.tsx')));
const User = lazy(connected(() => import('../screens/user.tsx')));
const Connections = lazy(connected(() => import('../screens/connections.tsx')));
const Connection = lazy(connected(() => import('../screens/connection.tsx')));
const ApiKeys = lazy(connected(() => import('../screens/api-keys.tsx')));
const Settings = lazy(connected(() => import('../screens/settings.tsx')));
const Participants = lazy(connected(() => import('../screens/participants.tsx')));
const Participant = lazy(connected(() => import('../screens/participant.tsx')));
const Plans = lazy(connected(() => import('../screens/plans.tsx')));
const Plan = lazy(connected(() => import('../screens/plan.tsx')));
const PlanDocuments = lazy(connected(() => import('../screens/plan-documents.tsx')));
const PlanDocument = lazy(connected(() => import('../screens/plan-document.tsx')));
const Forfeitures = lazy(connected(() => import('../screens/forfeitures.tsx')));
const VestingEvents = lazy(connected(() => import('../screens/vesting-events.tsx')));
const ContributionLimits = lazy(connected(() => import('../screens/contribution-limits.tsx')));
const TenantLinks = lazy(connected(() => import('../screens/tenant-links.tsx')));
const Releases = lazy(connected(() => import('../screens/releases.tsx')));
const Release = lazy(connected(() => import('../screens/release.tsx')));
const Tenants = lazy(connected(() => import('../screens/tenants.tsx')));
const TenantScreen = lazy(connected(() => import('../screens/tenant.tsx')));
const LegalHold = lazy(connected(() => import('../screens/legal-hold.tsx')));
const Operations = lazy(connected(() => import('../screens/operations.tsx')));
const Mappings = lazy(connected(() => import('../screens/mappings.tsx')));
const Mapping = lazy(connected(() => import('../screens/mapping.tsx')));
const Uploads = lazy(connected(() => import('../screens/uploads.tsx')));
const DropCredentials = lazy(connected(() => import('../screens/drop-credentials.tsx')));
const Upload = lazy(connected(() => import('../screens/upload.tsx')));

const BASE = '/console';

/** The frame stands around every screen. Nothing of it is known before the API has said who is here. */
export function Frame() {
  const me = useMe();
  const narrow = useNarrow();
  const [isOpen, setOpen] = useState(false);
  const [path, go] = useLocation();
  useArrivals(path);
  if (me.error !== null)
    return (
      <main className="sign-in">
        <ProblemAlert
          problem={me.error}
          action={<Button onClick={() => void me.refetch()}>Try again</Button>}
        />
      </main>
    );
  if (me.data === undefined) return null;
  const follow = (href: string): void => {
    go(href.slice(BASE.length) || '/');
    setOpen(false);
  };
  return (
    <div className="frame">
      <a
        className="skip"
        href={`#${SCREEN}`}
        onClick={(event) => {
          event.preventDefault();
          focusScreen();
        }}
      >
        Skip to the screen
      </a>
      <div className="frame-top">
        <Top me={me.data} onGo={(path) => follow(BASE + path)} />
      </div>
      {narrow && (
        <div className="frame-menu">
          <Button iconName="menu" ariaExpanded={isOpen} onClick={() => setOpen(!isOpen)}>
            Menu
          </Button>
        </div>
      )}
      <div className="frame-body">
        {(isOpen || !narrow) && (
          <nav className="frame-side" aria-label="Screens">
            <Side me={me.data} onFollow={follow} />
          </nav>
        )}
        <main className="frame-main" id={SCREEN} tabIndex={-1}>
          <Boundary path={path}>
            <Screens me={me.data} />
          </Boundary>
        </main>
      </div>
    </div>
  );
}

/** A link leads to the beginning of a screen, by the eye and by the keyboard; the way back leads to where somebody was. */
function useArrivals(path: string): void {
  const left = useRef(path);
  const isBack = useRef(false);
  useEffect(() => {
    const back = () => {
      isBack.current = true;
    };
    addEventListener('popstate', back);
    return () => removeEventListener('popstate', back);
  }, []);
  useEffect(() => {
    if (left.current === path) return;
    left.current = path;
    if (!isBack.current) scrollTo(0, 0);
    isBack.current = false;
    focusScreen();
  }, [path]);
}

function Top({ me, onGo }: { me: Me; onGo(path: string): void }) {
  const theme = useTheme();
  const { email, role, tenant } = me;
  return (
    <TopNavigation
      identity={{
        href: `${BASE}/`,
        title: tenant?.name ?? 'Vestry operations',
        onFollow: (event) => {
          event.preventDefault();
          onGo('/');
        },
      }}
      utilities={[
        {
          type: 'button',
          text: theme === 'dark' ? 'Light' : 'Dark',
          ariaLabel: theme === 'dark' ? 'Use light colours' : 'Use dark colours',
          onClick: () => choose(theme === 'dark' ? 'light' : 'dark'),
        },
        {
          type: 'menu-dropdown',
          iconName: 'user-profile',
          // A narrow window shows the icon alone.
          ariaLabel: `${email}, your account`,
          text: email,
          description: `${role}${tenant === null ? '' : ` at ${tenant.slug}`}`,
          items: [
            { id: 'account', text: 'Your account' },
            { id: 'sign-out', text: 'Sign out' },
          ],
          onItemClick: ({ detail }) => {
            if (detail.id === 'sign-out') void signOut();
            else onGo('/account');
          },
        },
      ]}
    />
  );
}

function Side({ me, onFollow }: { me: Me; onFollow(href: string): void }) {
  const [path] = useLocation();
  const places = placesOf(me);
  const here = places.findLast((place) => (place.path === '/' ? path === '/' : path.startsWith(place.path)));
  return (
    <SideNavigation
      activeHref={`${BASE}${here?.path ?? ''}`}
      items={places.map((place) => ({ type: 'link', text: place.text, href: `${BASE}${place.path}` }))}
      onFollow={(event) => {
        event.preventDefault();
        onFollow(event.detail.href);
      }}
    />
  );
}

function Screens({ me }: { me: Me }) {
  return (
    <Suspense
      fallback={
        <Box textAlign="center" padding="xxl">
          <Spinner size="large" />
        </Box>
      }
    >
      <Switch>
        <Route path="/">
          <Home me={me} />
        </Route>
        <Route path="/account">
          <Account me={me} />
        </Route>
        <Route path="/approvals">
          <Approvals me={me} />
        </Route>
        <Route path="/approvals/:id">{({ id }) => <Approval key={id} id={id} me={me} />}</Route>
        <Route path="/shareholders">
          <Shareholders me={me} />
        </Route>
        <Route path="/shareholders/of-day">
          <RegisterOfDay me={me} />
        </Route>
        <Route path="/shareholders/:id">{({ id }) => <Shareholder key={id} id={id} me={me} />}</Route>
        <Route path="/classes">
          <Classes me={me} />
        </Route>
        <Route path="/classes/:code">{({ code }) => <ClassOfShares key={code} code={code} me={me} />}</Route>
        <Route path="/transfers">
          <Transfers me={me} />
        </Route>
        <Route path="/transfers/:id">{({ id }) => <Transfer key={id} id={id} me={me} />}</Route>
        <Route path="/splits">
          <Splits me={me} />
        </Route>
        <Route path="/splits/new">
          <ProposeSplit />
        </Route>
        <Route path="/splits/:id">{({ id }) => <SplitOfShares key={id} id={id} me={me} />}</Route>
        <Route path="/dividends">
          <Dividends me={me} />
        </Route>
        <Route path="/dividends/new">
          <Declaration />
        </Route>
        <Route path="/dividends/:id">{({ id }) => <Dividend key={id} id={id} me={me} />}</Route>
        <Route path="/tax">
          <Tax me={me} />
        </Route>
        <Route path="/payments">
          <Payments me={me} />
        </Route>
        <Route path="/payments/:id">{({ id }) => <Payment key={id} id={id} me={me} />}</Route>
        <Route path="/exceptions">
          <Exceptions me={me} />
        </Route>
        <Route path="/bank-files">
          <BankFiles me={me} />
        </Route>
        <Route path="/bank-files/:id">{({ id }) => <BankFile key={id} id={id} me={me} />}</Route>
        <Route path="/audit">
          <Audit me={me} />
        </Route>
        <Route path="/requests">
          <Requests me={me} />
        </Route>
        <Route path="/access">
          <AccessReport me={me} />
        </Route>
        <Route path="/legal-holds">
          <LegalHolds me={me} />
        </Route>
        <Route path="/legal-holds/:id">{({ id }) => <LegalHold key={id} id={id} me={me} />}</Route>
        <Route path="/reports">
          <Reports me={me} />
        </Route>
        <Route path="/reports/ledger">
          <Ledger />
        </Route>
        <Route path="/meetings">
          <Meetings me={me} />
        </Route>
        <Route path="/meetings/new">
          <CallMeeting me={me} />
        </Route>
        <Route path="/meetings/:id">{({ id }) => <Meeting key={id} id={id} me={me} />}</Route>
        <Route path="/webhooks">
          <Webhooks me={me} />
        </Route>
        <Route path="/webhooks/:id">{({ id }) => <Webhook key={id} id={id} me={me} />}</Route>
        <Route path="/users">
          <Users me={me} />
        </Route>
        <Route path="/users/:id">{({ id }) => <User key={id} id={id} me={me} />}</Route>
        <Route path="/connections">
          <Connections me={me} />
        </Route>
        <Route path="/connections/:id">{({ id }) => <Connection key={id} id={id} me={me} />}</Route>
        <Route path="/api-keys">
          <ApiKeys me={me} />
        </Route>
        <Route path="/settings">
          <Settings me={me} />
        </Route>
        <Route path="/participants">
          <Participants />
        </Route>
        <Route path="/participants/:employee">
          {({ employee }) => <Participant key={employee} employee={employee} me={me} />}
        </Route>
        <Route path="/plans">
          <Plans me={me} />
        </Route>
        <Route path="/plans/:id">{({ id }) => <Plan key={id} id={id} me={me} />}</Route>
        <Route path="/plan-documents">
          <PlanDocuments me={me} />
        </Route>
        <Route path="/plan-documents/:id">{({ id }) => <PlanDocument key={id} id={id} me={me} />}</Route>
        <Route path="/forfeitures">
          <Forfeitures me={me} />
        </Route>
        <Route path="/vesting-events">
          <VestingEvents me={me} />
        </Route>
        <Route path="/contribution-limits">
          <ContributionLimits />
        </Route>
        <Route path="/tenant-links">
          <TenantLinks me={me} />
        </Route>
        <Route path="/releases">
          <Releases me={me} />
        </Route>
        <Route path="/releases/:id">{({ id }) => <Release key={id} id={id} me={me} />}</Route>
        <Route path="/tenants">
          <Tenants />
        </Route>
        <Route path="/tenants/:id">{({ id }) => <TenantScreen key={id} id={id} me={me} />}</Route>
        <Route path="/operations">
          <Operations />
        </Route>
        <Route path="/mappings">
          <Mappings me={me} />
        </Route>
        <Route path="/mappings/new">
          <Mapping me={me} />
        </Route>
        <Route path="/uploads">
          <Uploads me={me} />
        </Route>
        <Route path="/uploads/drop">
          <DropCredentials me={me} />
        </Route>
        <Route path="/uploads/:id">{({ id }) => <Upload key={id} id={id} me={me} />}</Route>
        <Route>
          <Screen title="No such page">
            <Box>There is nothing at this address. The navigation shows what there is.</Box>
          </Screen>
        </Route>
      </Switch>
    </Suspense>
  );
}
