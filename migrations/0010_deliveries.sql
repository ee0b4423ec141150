-- Deliveries: one event for one endpoint, from the moment the event is recorded; and every attempt to send one.

-- What is sent, byte for byte, of an event to all endpoints of a partner that see it alike: made once, before it is first sent.
create table sluice.event_bodies (
  partner     text not null,
  environment text not null,
  seq         bigint not null,
  -- Names the version and the fields shown.
  view        text not null,
  body        bytea not null,
  primary key (partner, environment, seq, view)
);

create table sluice.deliveries (
  endpoint     text not null references sluice.webhook_endpoints (id) on delete cascade,
  -- The event's number among its partner's.
  seq          bigint not null,
  event        text not null,
  view         text not null,
  -- The thing it is about: `orders 0000100204`. Its events reach an endpoint one after the other.
  entity       text not null,
  -- `skipped`: passed over on somebody's wish. Captured is the sum of all states.
  state        text not null check (state in ('pending', 'held', 'delivered', 'dead', 'skipped')),
  -- Pending, and behind another of the same thing that has not been delivered.
  parked       boolean not null default false,
  attempts     smallint not null default 0,
  created_at   timestamptz not null,
  next_at      timestamptz not null,
  -- Until when a worker has it, and which claim of it that was: a late word of another claim counts for nothing.
  leased_until timestamptz,
  lease        bigint not null default 0,
  ended_at     timestamptz,
  primary key (endpoint, seq)
) with (fillfactor = 80);

create index deliveries_due on sluice.deliveries (endpoint, next_at, seq) where state = 'pending' and not parked;
create index deliveries_open on sluice.deliveries (endpoint, entity, seq) where state in ('pending', 'held', 'dead');
create index deliveries_event on sluice.deliveries (event);

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
  primary key (endpoint, seq, attempt),
  foreign key (endpoint, seq) references sluice.deliveries (endpoint, seq) on delete cascade
);
