-- Deliveries: one event for one endpoint, from the moment the event is recorded; and every attempt to send one.

-- What is sent, byte for byte, of an event to all endpoints of a partner that see it alike: made once, before it is first sent.
-- To be kept for as long as a delivery of it can be sent or sent again.
create table sluice.event_bodies (
  partner     text not null,
  environment text not null,
  seq         bigint not null,
  -- Names the version and the fields shown.
  view        text not null,
  body        bytea not null,
  primary key (partner, environment, seq, view)
);

-- Whoever records an event inserts a row here as `pending`, whatever the endpoint's state: that it is *held* is what a pending
-- delivery is called while its endpoint is suspended or disabled. So to suspend one is to change one row, however much waits.
-- Without foreign keys: a check per row would be a good part of what a delivery costs, and endpoints are only marked as deleted.
create table sluice.deliveries (
  endpoint   text not null,
  -- The event's number among its partner's.
  seq        bigint not null,
  event      text not null,
  view       text not null,
  -- The thing it is about: `orders 0000100204`. Its events reach an endpoint one after the other.
  entity     text not null,
  -- `skipped`: passed over on somebody's wish. Captured is the sum of all states.
  state      text not null default 'pending' check (state in ('pending', 'delivered', 'dead', 'skipped')),
  -- Pending, and behind another of the same thing that has not ended well. Set and taken away only under the lock of the
  -- endpoint's row in `delivery_queues`, never at insertion.
  parked     boolean not null default false,
  attempts   smallint not null default 0,
  -- Those of them that were made before it was last sent again on somebody's wish: the schedule counts from there.
  attempts_before smallint not null default 0,
  created_at timestamptz not null,
  -- When it may be sent next; without a word of its own, at once.
  next_at    timestamptz not null default clock_timestamp(),
  ended_at   timestamptz,
  primary key (endpoint, seq)
) with (fillfactor = 80);

-- What a worker reads of an endpoint, from its beginning; what is parked is not in its way.
create index deliveries_due on sluice.deliveries (endpoint, next_at, seq) where state = 'pending' and not parked;
-- What stands before a delivery, and what comes after it.
create index deliveries_open on sluice.deliveries (endpoint, entity, seq) where state in ('pending', 'dead');
-- Few, and looked for among many.
create index deliveries_odd on sluice.deliveries (endpoint, state, seq) where state in ('dead', 'skipped');

create table sluice.delivery_attempts (
  endpoint  text not null,
  seq       bigint not null,
  attempt   smallint not null,
  at        timestamptz not null,
  ms        real not null,
  -- `delivered`, `status`, or why there was no answer.
  outcome   text not null,
  status    smallint,
  detail    text,
  -- The first 64 KB of the answer.
  answer    bytea,
  truncated boolean not null default false,
  primary key (endpoint, seq, attempt)
);

-- A row per endpoint that was ever sent something. Workers take endpoints, not deliveries: whoever has the lease of one sends
-- all of its deliveries, so that order, rate and share of an endpoint are one worker's business.
create table sluice.delivery_queues (
  endpoint     text primary key,
  -- When it may be taken next: something may have to be sent, or, while somebody has it, the lease ends. Null: not until the
  -- next wake.
  due_at       timestamptz,
  -- Until when a worker has it, and which taking that was: a late word of another one counts for nothing.
  leased_until timestamptz,
  lease        bigint not null default 0,
  -- Failed attempts in a row: one that fails is taken after those that do not, and gets one request at a time.
  failures     integer not null default 0,
  -- The resumption since when everything that waited for its next attempt has been made due.
  hastened_for timestamptz
) with (fillfactor = 50);

create index delivery_queues_due on sluice.delivery_queues (due_at) where due_at is not null and failures = 0;
create index delivery_queues_failing on sluice.delivery_queues (due_at) where due_at is not null and failures > 0;

-- Told with every insertion of deliveries and every resumption of an endpoint, in the same transaction: whoever reads it and
-- forgets it sees what it tells of. Only ever appended to, so that recording events and sending them never wait for each other.
create table sluice.delivery_wakes (
  id       bigint generated always as identity primary key,
  endpoint text not null
);

create function sluice.wake_deliveries() returns trigger language plpgsql as $$
begin
  insert into sluice.delivery_wakes (endpoint) select distinct endpoint from inserted;
  perform pg_notify('sluice_deliveries', '');
  return null;
end $$;

create trigger wake after insert on sluice.deliveries referencing new table as inserted
  for each statement execute function sluice.wake_deliveries();

create function sluice.wake_resumed_endpoint() returns trigger language plpgsql as $$
begin
  insert into sluice.delivery_wakes (endpoint) values (new.id);
  perform pg_notify('sluice_deliveries', '');
  return null;
end $$;

create trigger wake after update of state on sluice.webhook_endpoints
  for each row when (new.state = 'active' and old.state <> 'active') execute function sluice.wake_resumed_endpoint();

-- What is for a suspended partner is held as well.
create function sluice.wake_resumed_partner() returns trigger language plpgsql as $$
begin
  insert into sluice.delivery_wakes (endpoint)
    select id from sluice.webhook_endpoints where partner = new.id and state = 'active' and deleted_at is null;
  perform pg_notify('sluice_deliveries', '');
  return null;
end $$;

create trigger wake_deliveries after update of suspended_at on sluice.partners
  for each row when (new.suspended_at is null and old.suspended_at is not null) execute function sluice.wake_resumed_partner();

-- For warnings.
create index webhook_endpoints_failing on sluice.webhook_endpoints (failing_since) where failing_since is not null and warned_at is null;
